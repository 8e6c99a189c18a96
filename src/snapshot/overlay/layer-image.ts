import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, open, readdir, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { SiloError, fromFileError, hasErrno } from '../../base/index.ts';
import type { SnapshotKey } from '../../core/index.ts';
import { programObstacle, runProgram } from './programs.ts';

const program = 'mkfs.erofs';
const imageName = 'layer.erofs';
/** One that is not whole yet; the number is that of the process that makes it. */
const partialName = /^layer\.erofs\.(\d+)-\d+$/;
const unitBytes = 4096;
/** Superblock and its magic number (kernel documentation, erofs; fs/erofs/erofs_fs.h). */
const superblockAt = 1024;
const erofsMagic = 0xe0f5e1e2;
const pieceBytes = 1024 * 1024;

/** Written behind the file system, in a unit of its own: an image that has it is whole, and can be compared with what it was. */
interface Seal { readonly sizeBytes: number; readonly sha256: string }

export const layerImage = (folder: string): string => join(folder, imageName);

/** Why no images can be made here; undefined where they can. */
export const imagesObstacle = (): string | undefined => programObstacle(program, 'erofs-utils');

const readAt = async (file: FileHandle, position: number, length: number): Promise<Buffer> => {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
};

const readSeal = async (file: FileHandle): Promise<Seal | undefined> => {
  const { size } = await file.stat();
  if (size < 2 * unitBytes || size % unitBytes !== 0) return undefined;
  const text = (await readAt(file, size - unitBytes, unitBytes)).toString('latin1').replace(/\0+$/, '');
  try {
    const seal = JSON.parse(text) as Partial<Seal>;
    return seal.sizeBytes === size - unitBytes && typeof seal.sha256 === 'string' ? { sizeBytes: seal.sizeBytes, sha256: seal.sha256 } : undefined;
  } catch {
    return undefined;
  }
};

const digestOf = async (file: FileHandle, sizeBytes: number, signal?: AbortSignal): Promise<string> => {
  const hash = createHash('sha256');
  for (let position = 0; position < sizeBytes; position += pieceBytes) {
    if (signal?.aborted) throw new SiloError('OperationCancelled');
    hash.update(await readAt(file, position, Math.min(pieceBytes, sizeBytes - position)));
  }
  return hash.digest('hex');
};

/**
 * Why the image of a layer is of no use: undefined where it is whole, or where there is none. Every byte of it is
 * read where `every` says so; else what a look shows.
 */
export const imageDamage = async (folder: string, { every, signal }: { readonly every: boolean; readonly signal?: AbortSignal | undefined }): Promise<string | undefined> => {
  const file = await open(layerImage(folder), 'r').catch((error: unknown) => { if (hasErrno(error, 'ENOENT')) return undefined; throw fromFileError(error, folder); });
  if (file === undefined) return undefined;
  try {
    const seal = await readSeal(file);
    if (seal === undefined) return 'its end is missing';
    const superblock = await readAt(file, superblockAt, 4);
    if (superblock.length < 4 || superblock.readUInt32LE() !== erofsMagic) return 'it has no file system';
    if (every && (await digestOf(file, seal.sizeBytes, signal)) !== seal.sha256) return 'its content is not what was written';
    return undefined;
  } finally {
    await file.close();
  }
};

/** Writes the seal, and everything through to the disk. */
const sealImage = async (path: string): Promise<void> => {
  const file = await open(path, 'r+');
  try {
    const { size } = await file.stat();
    const sizeBytes = Math.ceil(size / unitBytes) * unitBytes;
    await file.truncate(sizeBytes + unitBytes);
    const seal: Seal = { sizeBytes, sha256: await digestOf(file, sizeBytes) };
    await file.write(Buffer.from(JSON.stringify(seal)), 0, undefined, sizeBytes);
    await file.sync();
  } finally {
    await file.close();
  }
};

/** What a process that was killed left; its own of this process are being made. */
const removeLeftovers = async (folder: string): Promise<void> => {
  for (const name of await readdir(folder)) {
    const maker = partialName.exec(name)?.[1];
    if (maker !== undefined && Number(maker) !== process.pid && !existsSync(`/proc/${maker}`)) await rm(join(folder, name), { force: true });
  }
};

let made = 0;

/**
 * Makes a read-only image of a layer's folder, deletions and all, where there is none yet; it has its name when it is
 * whole and on the disk. One that somebody made meanwhile is as good. @throws SiloError LayerImageDamaged, LayerDamaged, DiskFull
 */
export const ensureLayerImage = async (key: SnapshotKey, folder: string): Promise<string> => {
  const image = layerImage(folder);
  const target = { kind: 'snapshot', id: String(key) } as const;
  const damage = await imageDamage(folder, { every: false });
  if (damage !== undefined) throw new SiloError('LayerImageDamaged', { args: { path: image, reason: damage }, target });
  if (existsSync(image)) return image;
  const partial = `${image}.${process.pid}-${(made += 1)}`;
  try {
    await removeLeftovers(folder);
    await runProgram(program, ['--quiet', partial, join(folder, 'fs')]);
    await sealImage(partial);
    await link(partial, image).catch((error: unknown) => { if (!hasErrno(error, 'EEXIST')) throw error; });
    await syncFolder(folder);
    return image;
  } catch (error) {
    const { stderr } = error as { stderr?: unknown };
    if (typeof stderr !== 'string') throw fromFileError(error, image);
    if (/No space left/i.test(stderr)) throw new SiloError('DiskFull', { args: { path: image }, target, cause: error, retryable: true });
    throw new SiloError('LayerDamaged', { args: { path: join(folder, 'fs'), reason: `${program} makes no image of it: ${stderr.trim().split('\n')[0] ?? ''}` }, target, cause: error });
  } finally {
    await rm(partial, { force: true });
  }
};

const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};
