import { closeSync, constants, mkdirSync, openSync, writeSync } from 'node:fs';
import { toNamespacedPath } from 'node:path';
import type { Out, Pointer } from '../../../native/dynamic-library.ts';
import { FileFailure, type BasicInformation } from '../../../native/kernel32-files.ts';
import { hasErrno } from '../../base/index.ts';
import { removePlace } from './layer-place.ts';
import type { LayerStorage } from './layer-storage.ts';

/** Takes what belongs to one file, then `end`, or `abandon` after an error. */
export interface FileSink {
  write(bytes: Uint8Array): void;
  end(): void;
  abandon(): void;
}

/** Name beside a folder of what a transport form says of the folder itself. */
export const folderSide = '.$wcidirs$';
const fileExists = 80;

/** A file or folder of the layer itself: takes a backup stream and restores it with everything in it. */
export const restoredFile = (storage: LayerStorage, place: string, information: BasicInformation, isFolder: boolean): FileSink => {
  const { files } = storage;
  const path = toNamespacedPath(place);
  if (isFolder) makeFolder(place);
  const open = (): Pointer => files.open(path, 'restore', isFolder ? 'open' : 'make');
  let file: Pointer;
  try {
    file = open();
  } catch (error) {
    if (!(error instanceof FileFailure) || error.code !== fileExists) throw error;
    // The last entry of a name counts.
    removePlace(place);
    file = open();
  }
  const context: Out<Pointer> = [null];
  const close = (): void => {
    files.end(file, 'restore', context);
    files.close(file);
  };
  try {
    // Before the content: times that are set through a handle stay, whatever is written through it.
    files.setBasicInformation(file, information);
  } catch (error) {
    close();
    throw error;
  }
  return gathered({ write: (bytes) => files.restore(file, bytes, true, context), end: close, abandon: close });
};

/**
 * A file of the transport form, as HcsImportLayer reads it: the attributes as four bytes, then the backup
 * stream; times are the file's own. What it says of a folder stands in a file beside it.
 */
export const transportFile = (storage: LayerStorage, place: string, information: BasicInformation, isFolder: boolean): FileSink => {
  if (isFolder) makeFolder(place);
  const target = isFolder ? `${place}${folderSide}` : place;
  const sink = gathered(plainFile(target));
  const attributes = Buffer.alloc(4);
  attributes.writeUInt32LE(information.attributes);
  sink.write(attributes);
  return {
    ...sink,
    end: () => {
      sink.end();
      storage.withFile(target, 'times', (file) => storage.files.setBasicInformation(file, { ...information, attributes: 0 }));
    },
  };
};

/** Bytes as they are; what stood there is replaced. */
export const plainFile = (place: string): FileSink => {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
  let fd: number;
  try {
    fd = openSync(place, flags);
  } catch (error) {
    if (!hasErrno(error, 'EEXIST', 'EISDIR')) throw error;
    removePlace(place);
    fd = openSync(place, flags);
  }
  const close = (): void => { closeSync(fd); };
  return {
    write: (bytes) => { for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at); },
    end: close,
    abandon: close,
  };
};

const gatheredBytes = 64 * 1024;

/** Metadata, headers and the data of a small file go down in one call: most files are small, and calls are what costs. */
const gathered = (sink: FileSink): FileSink => {
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  const flush = (): void => {
    if (waitingBytes === 0) return;
    const bytes = waiting.length === 1 ? waiting[0] : Buffer.concat(waiting, waitingBytes);
    waiting = [];
    waitingBytes = 0;
    if (bytes !== undefined) sink.write(bytes);
  };
  return {
    write: (bytes) => {
      if (waitingBytes + bytes.length > gatheredBytes) flush();
      if (bytes.length > gatheredBytes) {
        sink.write(bytes);
        return;
      }
      // Whoever gives them may use their memory again.
      waiting.push(Buffer.from(bytes));
      waitingBytes += bytes.length;
    },
    end: () => {
      try {
        flush();
      } catch (error) {
        sink.abandon();
        throw error;
      }
      sink.end();
    },
    abandon: () => { sink.abandon(); },
  };
};

/** Takes everything and keeps nothing. */
export const noFile: FileSink = { write: () => undefined, end: () => undefined, abandon: () => undefined };

const makeFolder = (place: string): void => {
  try {
    mkdirSync(place);
  } catch (error) {
    if (!hasErrno(error, 'EEXIST')) throw error;
  }
};
