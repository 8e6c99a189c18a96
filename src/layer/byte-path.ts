import type { PathLike } from 'node:fs';
import { SiloError } from '../base/index.ts';
import type { ByteString } from './tar-header.ts';

/** A byte string for Node's fs: text where it is ASCII, which is cheaper, else the bytes themselves. */
export const bytePath = (path: ByteString): PathLike => (isAscii(path) ? path : Buffer.from(path, 'latin1'));

/** A byte string for the C library: koffi takes text for UTF-8, and bytes as they are. */
export const cPath = (path: ByteString): string => (isAscii(path) ? path : (Buffer.from(`${path}\0`, 'latin1') as unknown as string));

/** For messages: UTF-8 where the bytes are that. */
export const readablePath = (path: ByteString): string => (isAscii(path) ? path : Buffer.from(path, 'latin1').toString('utf8'));

const isAscii = (text: string): boolean => /^[\0-\x7f]*$/.test(text);

/**
 * The components of an archive's name, seen from the root of the layer: a leading slash means that
 * root, as it would in the container, and `..` may not lead above it.
 * @throws SiloError ArchivePathUnsafe
 */
export const layerComponents = (name: ByteString): string[] => {
  const parts: string[] = [];
  for (const part of name.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (parts.pop() === undefined) throw new SiloError('ArchivePathUnsafe', { args: { entry: readablePath(name), reason: 'leads out of the layer by ..' } });
    } else {
      parts.push(part);
    }
  }
  return parts;
};
