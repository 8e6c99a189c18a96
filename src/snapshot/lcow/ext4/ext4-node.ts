import type { ByteString } from '../../../layer/index.ts';

export type NodeKind = 'file' | 'folder' | 'symbolicLink' | 'characterDevice' | 'blockDevice' | 'fifo' | 'socket';

/** A file of an image that is made, whatever its kind; one with several names is in several folders. */
export interface Ext4Node {
  readonly kind: NodeKind;
  /** Permission bits with setuid, setgid and sticky. */
  mode: number;
  uid: number;
  gid: number;
  /** Seconds since 1970, with fraction. */
  mtime: number;
  attributes: ReadonlyMap<ByteString, Uint8Array>;
  /** Of a file. */
  sizeBytes: number;
  /** Where its data is: first block within the file, first block of the image and count of blocks, in turn, ascending. */
  extents: readonly number[];
  /** Of a symbolic link. */
  readonly target: ByteString;
  /** Of a device. */
  readonly major: number;
  readonly minor: number;
  /** Of a folder: what is in it, by name. */
  readonly entries: Map<ByteString, Ext4Node> | undefined;
}

/** What every kind has in common. */
export interface NodeMetadata {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
  readonly attributes: ReadonlyMap<ByteString, Uint8Array>;
}

/** A node that has no name yet, and no data. */
export const makeNode = (kind: NodeKind, { mode, uid, gid, mtime, attributes }: NodeMetadata, special: { readonly target?: ByteString; readonly major?: number; readonly minor?: number } = {}): Ext4Node => ({
  kind, mode, uid, gid, mtime, attributes, sizeBytes: 0, extents: [], target: special.target ?? '', major: special.major ?? 0, minor: special.minor ?? 0,
  entries: kind === 'folder' ? new Map() : undefined,
});
