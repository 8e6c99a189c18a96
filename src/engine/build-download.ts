import type { Digest } from '../base/index.ts';
import type { FetchedFile, WebSource } from '../build/index.ts';
import type { WebFile } from '../core/index.ts';
import { BlobIntake } from '../image/index.ts';
import type { BuildSession } from './build-session.ts';

type Sources = readonly (string | FetchedFile)[];

export interface DownloadOptions {
  /** Digest that the file must have; there is one address only then. */
  readonly checksum: Digest | undefined;
  /** Archives are unpacked. */
  readonly unpack: boolean;
}

/**
 * The sources of an ADD of which some are web addresses. Each method knows more of them and costs more than
 * the one before; `close` must be called.
 */
export class BuildDownload {
  readonly #session: BuildSession;
  readonly #sources: readonly (string | WebSource)[];
  readonly #options: DownloadOptions;
  readonly #only: WebSource | undefined;
  #opened: WebFile | undefined;

  constructor(session: BuildSession, sources: readonly (string | WebSource)[], options: DownloadOptions) {
    this.#session = session;
    this.#sources = sources;
    this.#options = options;
    const web = sources.filter((source) => typeof source !== 'string');
    this.#only = web.length === 1 ? web[0] : undefined;
  }

  /** What the Dockerfile itself says of the content. Undefined where that is nothing. */
  promised(): Sources | undefined {
    const { checksum } = this.#options;
    return checksum === undefined || this.#only === undefined ? undefined : this.#named(JSON.stringify(['checksum', this.#only.url.href, checksum]));
  }

  /** What the host says of the content before it comes. Undefined where that is not enough, or where there are several. Errors: those of WebFiles. */
  async announced(): Promise<Sources | undefined> {
    if (this.#only === undefined) return undefined;
    const { url } = this.#only;
    this.#opened = await this.#open(url);
    const { identity } = this.#opened;
    return identity === undefined ? undefined : this.#named(JSON.stringify(['host', url.href, this.#options.checksum ?? null, identity]));
  }

  /** The files themselves, stored for the time of the build. Errors: those of WebFiles, DigestMismatch, DiskFull, OperationCancelled. */
  async fetched(): Promise<Sources> {
    const files: (string | FetchedFile)[] = [];
    for (const source of this.#sources) files.push(typeof source === 'string' ? source : await this.#fetch(source));
    return files;
  }

  async close(): Promise<void> { await this.#opened?.close(); }

  #open(url: URL): Promise<WebFile> { return this.#session.ports.web.open(url.href, this.#session.signal); }

  async #fetch({ name, url }: WebSource): Promise<FetchedFile> {
    const { ports, leaseId, signal } = this.#session;
    const { content } = ports;
    await this.#session.tell(`Fetching ${url.origin}${url.pathname}`);
    const file = this.#opened ?? await this.#open(url);
    // Its bytes come once.
    this.#opened = undefined;
    try {
      const intake = new BlobIntake(content, (digest) => ports.metadata.writeLightly((writer) => { writer.leaseBlob(leaseId, digest); }, signal), signal);
      const { digest, sizeBytes } = await intake.store(file.read(), this.#options.checksum);
      const mtime = Math.floor((file.modifiedAt?.getTime() ?? 0) / 1000);
      return { name, identity: digest, sizeBytes, mtime, unpack: this.#options.unpack, path: await content.path(digest), content: () => content.read(digest, { signal }) };
    } finally {
      await file.close();
    }
  }

  /** The sources with a name in the place of the file, which is not there yet. */
  #named(identity: string): Sources {
    const nothing = { sizeBytes: 0, mtime: 0, path: '', content: async function* (): AsyncGenerator<Uint8Array> { /* never read */ } };
    return this.#sources.map((source) => (typeof source === 'string' ? source : { ...nothing, name: source.name, identity, unpack: this.#options.unpack }));
  }
}
