import type { ByteString } from '../../../layer/index.ts';
import { blockBytes } from './block-output.ts';

const magic = 0xea020000;
const entryBytes = 16;
const blockHeaderBytes = 32;

/** Names are kept without these, by number (kernel documentation, ext4, "Extended Attributes"); those of access lists stand for the whole. */
const prefixes: readonly (readonly [prefix: ByteString, index: number])[] = [
  ['system.posix_acl_access', 2], ['system.posix_acl_default', 3], ['user.', 1], ['trusted.', 4], ['security.', 6], ['system.', 7],
];
const accessLists: ReadonlySet<number> = new Set([2, 3]);

interface Attribute { readonly index: number; readonly name: Buffer; readonly value: Uint8Array }

const padded = (bytes: number): number => Math.ceil(bytes / 4) * 4;
const sizeOf = ({ name, value }: Attribute): number => entryBytes + padded(name.length) + padded(value.length);

/** In the order that lookups in a block expect. */
const sorted = (attributes: ReadonlyMap<ByteString, Uint8Array>): readonly Attribute[] =>
  [...attributes].map(([name, value]): Attribute => {
    const [prefix, index] = prefixes.find(([start]) => name.startsWith(start)) ?? ['', 0];
    return { index, name: Buffer.from(name.slice(prefix.length), 'latin1'), value: accessLists.has(index) ? toDiskList(value) : value };
  }).sort((a, b) => a.index - b.index || a.name.length - b.name.length || a.name.compare(b.name));

/** ACL_USER and ACL_GROUP, which alone name somebody. */
const named: ReadonlySet<number> = new Set([2, 8]);

/** An access list as programs are told of it (version 2, eight bytes an entry) in the form that ext4 keeps (version 1, ids only where they count). */
const toDiskList = (value: Uint8Array): Uint8Array => {
  const list = Buffer.from(value.buffer, value.byteOffset, value.length);
  if (list.length < 4 || (list.length - 4) % 8 !== 0 || list.readUInt32LE(0) !== 2) return value;
  const parts: Buffer[] = [Buffer.from([1, 0, 0, 0])];
  for (let at = 4; at < list.length; at += 8) parts.push(list.subarray(at, at + (named.has(list.readUInt16LE(at)) ? 8 : 4)));
  return Buffer.concat(parts);
};

const toProgramList = (value: Buffer): Buffer => {
  const parts: Buffer[] = [Buffer.from([2, 0, 0, 0])];
  for (let at = 4; at + 4 <= value.length;) {
    const hasId = named.has(value.readUInt16LE(at));
    parts.push(value.subarray(at, at + 4), hasId ? value.subarray(at + 4, at + 8) : Buffer.alloc(4, 0xff));
    at += hasId ? 8 : 4;
  }
  return Buffer.concat(parts);
};

const rotate = (hash: number, bits: number): number => ((hash << bits) ^ (hash >>> (32 - bits))) >>> 0;

const hashOf = ({ name, value }: Attribute): number => {
  let hash = 0;
  for (const byte of name) hash = (rotate(hash, 5) ^ byte) >>> 0;
  const words = Buffer.alloc(padded(value.length));
  words.set(value);
  for (let at = 0; at < words.length; at += 4) hash = (rotate(hash, 16) ^ words.readUInt32LE(at)) >>> 0;
  return hash;
};

/** Entries from the front, values from the back. `base`: what offsets count from. */
const place = (target: Buffer, attributes: readonly Attribute[], first: number, base: number, hashed: boolean): number => {
  let [at, end, whole] = [first, target.length, 0];
  for (const attribute of attributes) {
    const { index, name, value } = attribute;
    end -= padded(value.length);
    const hash = hashed ? hashOf(attribute) : 0;
    target.writeUInt8(name.length, at);
    target.writeUInt8(index, at + 1);
    target.writeUInt16LE(value.length === 0 ? 0 : end - base, at + 2);
    target.writeUInt32LE(value.length, at + 8);
    target.writeUInt32LE(hash, at + 12);
    target.set(name, at + entryBytes);
    target.set(value, end);
    at += entryBytes + padded(name.length);
    whole = (rotate(whole, 16) ^ hash) >>> 0;
  }
  return whole;
};

/** Where a node's attributes go: behind its inode, where there is room, or into a block of their own. */
export type PlacedAttributes = { readonly inInode: Buffer | undefined; readonly block: Buffer | undefined };

/** @param roomBytes what is left in the inode. @returns undefined where neither has room. */
export const encodeAttributes = (attributes: ReadonlyMap<ByteString, Uint8Array>, roomBytes: number): PlacedAttributes | undefined => {
  if (attributes.size === 0) return { inInode: undefined, block: undefined };
  const all = sorted(attributes);
  if (all.some(({ name }) => name.length > 255)) return undefined;
  const needed = all.reduce((sum, attribute) => sum + sizeOf(attribute), 0) + 4;
  if (needed + 4 <= roomBytes) {
    const inInode = Buffer.alloc(roomBytes);
    inInode.writeUInt32LE(magic, 0);
    place(inInode, all, 4, 4, false);
    return { inInode, block: undefined };
  }
  if (needed + blockHeaderBytes > blockBytes) return undefined;
  const block = Buffer.alloc(blockBytes);
  block.writeUInt32LE(magic, 0);
  block.writeUInt32LE(1, 4);
  block.writeUInt32LE(1, 8);
  block.writeUInt32LE(place(block, all, blockHeaderBytes, 0, true), 12);
  return { inInode: undefined, block };
};

const decode = (source: Buffer, first: number, base: number, found: Map<ByteString, Uint8Array>): void => {
  for (let at = first; at + entryBytes <= source.length && source.readUInt32LE(at) !== 0;) {
    const [nameBytes, index, offset, valueBytes] = [source.readUInt8(at), source.readUInt8(at + 1), source.readUInt16LE(at + 2), source.readUInt32LE(at + 8)];
    const prefix = prefixes.find(([, each]) => each === index)?.[0] ?? '';
    const value = source.subarray(base + offset, base + offset + valueBytes);
    found.set(`${prefix}${source.toString('latin1', at + entryBytes, at + entryBytes + nameBytes)}`, accessLists.has(index) ? toProgramList(value) : Buffer.from(value));
    at += entryBytes + padded(nameBytes);
  }
};

/** The reverse of `encodeAttributes`. `inInode`: what follows an inode's own fields. */
export const decodeAttributes = (inInode: Buffer, block: Buffer | undefined): Map<ByteString, Uint8Array> => {
  const found = new Map<ByteString, Uint8Array>();
  if (inInode.length >= 8 && inInode.readUInt32LE(0) === magic) decode(inInode, 4, 4, found);
  if (block?.readUInt32LE(0) === magic) decode(block, blockHeaderBytes, 0, found);
  return found;
};
