import type { BasicInformation } from '../../../native/kernel32-files.ts';
import { archiveInvalid, readablePath, type TarEntry } from '../../layer/index.ts';
import { encodeExtended, encodeReparse, smallStream, streams } from './backup-stream.ts';

/** PAX keys with which layers of Windows say what tar has no place for. */
export const paxKeys = {
  attributes: 'MSWINDOWS.fileattr',
  security: 'MSWINDOWS.rawsd',
  securityText: 'MSWINDOWS.sd',
  mountPoint: 'MSWINDOWS.mountpoint',
  extendedPrefix: 'MSWINDOWS.xattr.',
  created: 'LIBARCHIVE.creationtime',
} as const;

/** FILE_ATTRIBUTE_DIRECTORY */
export const folderAttribute = 0x10;
/** Seconds from 1601 to 1970. */
const epochSeconds = 11_644_473_600n;

/** A FILETIME (100 ns since 1601) of decimal seconds since 1970, digit by digit: a number has room for microseconds only. */
const fileTimeOf = (seconds: string): bigint | undefined => {
  const match = /^(-?)([0-9]{1,12})(?:\.([0-9]*))?$/.exec(seconds);
  if (match === null) return undefined;
  const magnitude = BigInt(match[2] ?? 0) * 10_000_000n + BigInt((match[3] ?? '').slice(0, 7).padEnd(7, '0'));
  const time = epochSeconds * 10_000_000n + (match[1] === '-' ? -magnitude : magnitude);
  return time > 0n ? time : 1n;
};

/** Attributes and times of an entry. @throws SiloError ArchiveInvalid */
export const basicInformation = (entry: TarEntry): BasicInformation => {
  const time = (key: string): bigint | undefined => {
    const value = textOf(entry, key);
    if (value === undefined) return undefined;
    const found = fileTimeOf(value);
    if (found === undefined) throw archiveInvalid(`the ${key} of '${readablePath(entry.name)}' is no time`);
    return found;
  };
  const written = time('mtime') ?? fileTimeOf(entry.mtime.toFixed(0)) ?? 1n;
  const attributes = textOf(entry, paxKeys.attributes);
  if (attributes !== undefined && (!/^[0-9]{1,10}$/.test(attributes) || Number(attributes) > 0xffffffff)) throw archiveInvalid(`the attributes of '${readablePath(entry.name)}' are no number`);
  return {
    written,
    created: time(paxKeys.created) ?? written,
    accessed: time('atime') ?? written,
    changed: time('ctime') ?? written,
    attributes: attributes === undefined ? (entry.type === 'folder' ? folderAttribute : 0) : Number(attributes),
  };
};

/** The streams before an entry's data. `descriptorOf` reads SDDL, which only old archives have. @throws SiloError ArchiveInvalid */
export const metadataStreams = (entry: TarEntry, descriptorOf: (sddl: string) => Buffer): Buffer => {
  const parts: Buffer[] = [];
  const raw = textOf(entry, paxKeys.security);
  const sddl = textOf(entry, paxKeys.securityText);
  if (raw !== undefined) parts.push(smallStream(streams.security, fromBase64(raw, entry)));
  else if (sddl !== undefined) parts.push(smallStream(streams.security, describe(sddl, entry, descriptorOf)));
  const extended = new Map<string, Buffer>();
  for (const [key, value] of entry.records) {
    if (!key.startsWith(paxKeys.extendedPrefix)) continue;
    const name = key.slice(paxKeys.extendedPrefix.length);
    const content = fromBase64(Buffer.from(value).toString('latin1'), entry);
    if (name.length > 254 || content.length > 0xffff) throw archiveInvalid(`an extended attribute of '${readablePath(entry.name)}' is too large`);
    extended.set(name, content);
  }
  if (extended.size > 0) parts.push(smallStream(streams.extended, encodeExtended(extended)));
  if (entry.type === 'symbolicLink') {
    const target = readablePath(entry.linkName).replaceAll('/', '\\');
    if (target === '' || target.length > 16_000) throw archiveInvalid(`the link '${readablePath(entry.name)}' has no target`);
    parts.push(smallStream(streams.reparse, encodeReparse({ target, isMountPoint: entry.records.has(paxKeys.mountPoint) })));
  }
  return Buffer.concat(parts);
};

const textOf = (entry: TarEntry, key: string): string | undefined => {
  const value = entry.records.get(key);
  return value === undefined || value.length === 0 ? undefined : Buffer.from(value).toString('utf8');
};

const fromBase64 = (text: string, entry: TarEntry): Buffer => {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) throw archiveInvalid(`a record of '${readablePath(entry.name)}' is no base64`);
  return Buffer.from(text, 'base64');
};

const describe = (sddl: string, entry: TarEntry, descriptorOf: (sddl: string) => Buffer): Buffer => {
  try {
    return descriptorOf(sddl);
  } catch (error) {
    throw archiveInvalid(`the security descriptor of '${readablePath(entry.name)}' cannot be read`, error);
  }
};
