import { createHash } from 'node:crypto';
import { SiloError, type Digest } from '../base/index.ts';
import type { NameValue } from '../core/index.ts';
import { archiveCompression, decompressor, drained, fromUnpackError, readStored, unpackGuard } from './archive-file.ts';
import type { ArchiveImage, ArchiveImportRequest, RootFileSystemConfig } from './archive-image.ts';
import type { BlobIntake } from './blob-intake.ts';
import type { Compression } from './media-types.ts';
import { layerTypes, mediaTypes } from './media-types.ts';

/**
 * Takes an archive that is itself the one layer of an image, as `docker import` does: it is stored as it
 * is, and its unpacked bytes are hashed on the way. Manifest and configuration have no time in them, so
 * the same archive and configuration give the same digests everywhere.
 */
export const importRootFileSystem = async (request: ArchiveImportRequest, intake: BlobIntake): Promise<ArchiveImage> => {
  const { path, hostPlatform } = request;
  const compression = await archiveCompression(path);
  const diff = new DiffHash(compression, path, request.limitBytes);
  let layer;
  let diffId: Digest;
  try {
    layer = await intake.store(diff.observe(readStored(path, request)));
    diffId = await diff.digest();
  } finally {
    diff.close();
  }
  const platform = request.platform ?? hostPlatform;
  const config = await intake.storeBytes(Buffer.from(JSON.stringify({
    architecture: platform.architecture,
    ...(platform.variant === undefined ? {} : { variant: platform.variant }),
    os: platform.os,
    ...(platform.osVersion === undefined ? {} : { 'os.version': platform.osVersion }),
    config: processConfig(request.config ?? {}),
    rootfs: { type: 'layers', diff_ids: [diffId] },
  })));
  const mediaType = layerTypes[compression];
  const manifest = await intake.storeBytes(Buffer.from(JSON.stringify({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: { mediaType: mediaTypes.config, digest: config.digest, size: config.sizeBytes },
    layers: [{ mediaType, digest: layer.digest, size: layer.sizeBytes }],
  })));
  return {
    reference: request.reference,
    manifestDigest: manifest.digest,
    configDigest: config.digest,
    platform,
    createdAt: undefined,
    layers: [{ digest: layer.digest, diffId, mediaType, sizeBytes: layer.sizeBytes }],
    blobs: [manifest.digest, config.digest, layer.digest],
  };
};

/** `config` of an OCI image configuration; names are sorted, so that their order in the request does not count. */
const processConfig = (config: RootFileSystemConfig): object => ({
  ...(config.user ? { User: config.user } : {}),
  ...(config.environment?.length ? { Env: config.environment.map(({ name, value }) => `${name}=${value}`) } : {}),
  ...(config.entrypoint?.length ? { Entrypoint: config.entrypoint } : {}),
  ...(config.command?.length ? { Cmd: config.command } : {}),
  ...(config.volumes?.length ? { Volumes: Object.fromEntries([...config.volumes].sort().map((path) => [path, {}])) } : {}),
  ...(config.workingDirectory ? { WorkingDir: config.workingDirectory } : {}),
  ...(config.labels?.length ? { Labels: sorted(config.labels) } : {}),
  ...(config.stopSignal ? { StopSignal: config.stopSignal } : {}),
});

const sorted = (values: readonly NameValue[]): object =>
  Object.fromEntries([...values].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)).map(({ name, value }) => [name, value]));

/** Hashes the unpacked form of bytes that pass by. */
class DiffHash {
  readonly #hash = createHash('sha256');
  readonly #unpacker;
  readonly #path: string;
  readonly #unpacked: Promise<void>;
  #stored = 0;

  constructor(compression: Compression, path: string, limitBytes: number | undefined) {
    this.#path = path;
    this.#unpacker = decompressor(compression);
    const guard = unpackGuard(limitBytes, () => this.#stored);
    this.#unpacked = this.#unpacker === undefined ? Promise.resolve() : this.#consume(guard);
    // It is awaited in `digest`; whoever fails before that is told another error.
    this.#unpacked.catch(() => undefined);
  }

  async *observe(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const piece of pieces) {
      this.#stored += piece.length;
      if (this.#unpacker === undefined) this.#hash.update(piece);
      // A damaged archive need not be read to its end: this throws what is wrong with it.
      else if (this.#unpacker.destroyed) await this.#unpacked;
      else if (!this.#unpacker.write(piece)) await drained(this.#unpacker);
      yield piece;
    }
  }

  async digest(): Promise<Digest> {
    if (this.#unpacker !== undefined && !this.#unpacker.destroyed) this.#unpacker.end();
    await this.#unpacked;
    return `sha256:${this.#hash.digest('hex')}`;
  }

  close(): void {
    this.#unpacker?.destroy();
  }

  async #consume(guard: (bytes: number) => void): Promise<void> {
    try {
      for await (const piece of this.#unpacker ?? []) {
        guard((piece as Buffer).length);
        this.#hash.update(piece as Buffer);
      }
    } catch (error) {
      const known = fromUnpackError(error, this.#path);
      throw known instanceof Error ? known : new SiloError('ArchiveInvalid', { args: { path: this.#path, reason: String(known) } });
    } finally {
      this.#unpacker?.destroy();
    }
  }
}
