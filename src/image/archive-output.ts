import { constants } from 'node:fs';
import { lstat, mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pack } from 'tar-stream';
import { fromFileError, hasErrno, SiloError } from '../base/index.ts';

/** Takes an archive's parts in order. */
export interface ArchiveOutput {
  document(name: string, content: Uint8Array): Promise<void>;
  folder(name: string): Promise<void>;
  /** `pieces` must be `sizeBytes` in all. */
  file(name: string, sizeBytes: number, pieces: AsyncIterable<Uint8Array>): Promise<void>;
}

export interface WrittenArchive<T> { readonly result: T; readonly sizeBytes: number }

/**
 * Writes an archive beside `path` and gives it its name when it is whole and on the disk: nobody ever
 * sees half of one. After an error nothing is left; what an engine that was killed left there has fixed
 * names and goes with `clearUnfinished`, at the next try at the latest, so the caller holds a lock for the path. Errors: ParameterInvalid,
 * PathExists, PathNotFound, PathAccessDenied, DiskFull, and those of `body`.
 */
export const writeArchiveAt = async <T>(path: string, form: 'file' | 'folder', replace: boolean, body: (output: ArchiveOutput) => Promise<T>): Promise<WrittenArchive<T>> => {
  const partial = partialOf(path);
  try {
    await clearUnfinished(path);
    await checkTarget(path, form, replace);
    const written = form === 'folder' ? await writeFolder(partial, body) : await writeFile(partial, body);
    await (form === 'folder' ? replaceFolder(partial, path) : rename(partial, path));
    await syncFolder(dirname(path));
    return written;
  } catch (error) {
    await rm(partial, { recursive: true, force: true }).catch(() => undefined);
    throw fromFileError(error, path);
  }
};

/** Writes pieces to a file in the same way; answers its size. The errors are the same. */
export const writeFileAt = async (path: string, replace: boolean, pieces: AsyncIterable<Uint8Array>, onProgress: (writtenBytes: number) => void): Promise<number> => {
  const partial = partialOf(path);
  try {
    await clearUnfinished(path);
    await checkTarget(path, 'file', replace);
    let sizeBytes = 0;
    const file = await newFile(partial);
    try {
      for await (const piece of pieces) {
        await writeAll(file, piece);
        sizeBytes += piece.length;
        onProgress(sizeBytes);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, path);
    await syncFolder(dirname(path));
    return sizeBytes;
  } catch (error) {
    await rm(partial, { recursive: true, force: true }).catch(() => undefined);
    throw fromFileError(error, path);
  }
};

/**
 * Takes away what an engine that was killed while it wrote to `path` left beside it, and gives a folder that it was
 * about to replace its name back. The caller holds the lock for the path.
 */
export const clearUnfinished = async (path: string): Promise<void> => {
  const aside = asideOf(path);
  const present = await lstat(path).catch((error: unknown) => {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  });
  if (present !== undefined) await rm(aside, { recursive: true, force: true });
  else {
    await rename(aside, path).catch((error: unknown) => {
      if (!hasErrno(error, 'ENOENT', 'ENOTDIR')) throw error;
    });
  }
  await rm(partialOf(path), { recursive: true, force: true });
};

const partialOf = (path: string): string => join(dirname(path), `.${basename(path)}.silo-partial`);
const asideOf = (path: string): string => join(dirname(path), `.${basename(path)}.silo-replaced`);

const checkTarget = async (path: string, form: 'file' | 'folder', replace: boolean): Promise<void> => {
  const target = { kind: 'path', id: path } as const;
  if (!(await stat(dirname(path))).isDirectory()) throw new SiloError('PathNotFound', { args: { path: dirname(path) }, target });
  const present = await lstat(path).catch((error: unknown) => {
    if (hasErrno(error, 'ENOENT')) return undefined;
    throw error;
  });
  if (present === undefined) return;
  if (!replace) throw new SiloError('PathExists', { args: { path }, target });
  const refuse = (reason: string): SiloError => new SiloError('ParameterInvalid', { args: { parameter: 'path', reason: `'${path}' ${reason}, which is not replaced` }, target });
  if (form === 'file') {
    if (!present.isFile() && !present.isSymbolicLink()) throw refuse('is not a file');
    return;
  }
  if (!present.isDirectory()) throw refuse('is not a folder');
  const names = await readdir(path);
  // Whoever mistypes a path shall not lose a folder of something else.
  if (names.length > 0 && !names.includes('oci-layout')) throw refuse('holds something else than an image layout');
};

/** Windows flushes only what was opened to be written, folders too; where folders can be opened as such, they are only read. */
const folderFlags = (constants.O_DIRECTORY as number | undefined) === undefined ? constants.O_RDWR : constants.O_RDONLY;

const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, folderFlags);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** A folder that is there cannot be exchanged in one step: it steps aside, and comes back where the new one cannot take its place. */
const replaceFolder = async (partial: string, path: string): Promise<void> => {
  const aside = asideOf(path);
  const present = await rename(path, aside).then(() => true, (error: unknown) => {
    if (hasErrno(error, 'ENOENT')) return false;
    throw error;
  });
  try {
    await rename(partial, path);
  } catch (error) {
    if (present) await rename(aside, path);
    throw error;
  }
  await rm(aside, { recursive: true, force: true });
};

const newFile = (path: string): Promise<FileHandle> => open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o644);

const writeAll = async (file: FileHandle, bytes: Uint8Array): Promise<void> => {
  for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at)).bytesWritten;
};

const writeFolder = async <T>(root: string, body: (output: ArchiveOutput) => Promise<T>): Promise<WrittenArchive<T>> => {
  let sizeBytes = 0;
  const folders = [root];
  await mkdir(root);
  const file: ArchiveOutput['file'] = async (name, _, pieces) => {
    const handle = await newFile(join(root, name));
    try {
      for await (const piece of pieces) {
        await writeAll(handle, piece);
        sizeBytes += piece.length;
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
  };
  const result = await body({
    file,
    document: (name, content) => file(name, content.length, once(content)),
    folder: async (name) => {
      await mkdir(join(root, name));
      folders.push(join(root, name));
    },
  });
  for (const folder of folders) await syncFolder(folder);
  return { result, sizeBytes };
};

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** Owner, mode and time are no matter of an archive of images, and the same for all: the same content gives the same file. */
const header = { mode: 0o644, uid: 0, gid: 0, mtime: new Date(0) } as const;

const writeFile = async <T>(path: string, body: (output: ArchiveOutput) => Promise<T>): Promise<WrittenArchive<T>> => {
  const handle = await newFile(path);
  const archive = pack();
  let sizeBytes = 0;
  // What the disk said; the archive itself only knows that it was cut off.
  let failure: unknown;
  const draining = (async () => {
    for await (const piece of archive) {
      await writeAll(handle, piece as Uint8Array).catch((error: unknown) => {
        failure = error;
        throw error;
      });
      sizeBytes += (piece as Uint8Array).length;
    }
  })();
  // Told to whoever writes the next entry, and below.
  draining.catch((error: unknown) => { archive.destroy(error as Error); });
  const file: ArchiveOutput['file'] = async (name, size, pieces) => {
    const ended = Promise.withResolvers<void>();
    const entry = archive.entry({ name, size, ...header }, (error) => { if (error) ended.reject(error); else ended.resolve(); });
    ended.promise.catch(() => undefined);
    for await (const piece of pieces) {
      if (!entry.write(piece)) await Promise.race([new Promise<void>((resolve) => { entry.once('drain', () => { resolve(); }); }), ended.promise, draining]);
    }
    entry.end(null);
    await Promise.race([ended.promise, draining.then(() => ended.promise)]);
  };
  try {
    const result = await body({
      file,
      document: (name, content) => file(name, content.length, once(content)),
      folder: async (name) => { archive.entry({ name: `${name}/`, type: 'directory', ...header, mode: 0o755 }); },
    });
    archive.finalize();
    await draining;
    await handle.sync();
    return { result, sizeBytes };
  } catch (error) {
    throw failure ?? error;
  } finally {
    archive.destroy();
    await draining.catch(() => undefined);
    await handle.close();
  }
};
