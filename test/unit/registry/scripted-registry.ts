import { createHash } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isSiloError, type Digest, type SiloError } from '../../../src/base/index.ts';
import { RegistryClient, type ClientLimits, type RegistryClientOptions } from '../../../src/registry/index.ts';

export interface SeenRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

export type Script = (request: IncomingMessage, response: ServerResponse, count: number) => void;

/** A registry on loopback that does what a test says, and remembers what it was asked. */
export class ScriptedRegistry {
  readonly seen: SeenRequest[] = [];
  readonly #server: Server;
  #script: Script;

  private constructor(server: Server, script: Script) {
    this.#server = server;
    this.#script = script;
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.seen.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers });
      this.#script(request, response, this.seen.length);
    });
  }

  static async start(script: Script = (_, response) => response.writeHead(500).end()): Promise<ScriptedRegistry> {
    const server = createServer({ keepAliveTimeout: 1000 });
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    return new ScriptedRegistry(server, script);
  }

  /** From now on. */
  does(script: Script): void {
    this.#script = script;
    this.seen.length = 0;
  }

  get host(): string { return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`; }
  get url(): string { return `http://${this.host}`; }
  get repository(): { registry: string; repository: string } { return { registry: this.host, repository: 'team/app' }; }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => { this.#server.close(resolve); });
  }
}

/** Fast enough for tests; what a test is about it sets itself. */
export const quick: Partial<ClientLimits> = { backoffMs: 2, connectTimeoutMs: 2000, inactivityMs: 2000, documentTimeoutMs: 4000 };

export class TestClient extends RegistryClient {
  constructor(options: RegistryClientOptions = {}) {
    super({ environment: {}, ...options, limits: { ...quick, ...options.limits } });
  }

  async [Symbol.asyncDispose](): Promise<void> { await this.close(); }
}

export const sha256 = (bytes: Uint8Array): Digest => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** Bytes that look like nothing, the same each time. */
export const someBytes = (sizeBytes: number): Buffer => {
  const bytes = Buffer.alloc(sizeBytes);
  for (let index = 0, value = 1; index < sizeBytes; index++) {
    value = (value * 1_103_515_245 + 12_345) % 2_147_483_648;
    bytes[index] = value >>> 16;
  }
  return bytes;
};

export const collect = async (pieces: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const all: Uint8Array[] = [];
  // A piece's memory is used again.
  for await (const piece of pieces) all.push(Buffer.from(piece));
  return Buffer.concat(all);
};

/** The SiloError that this ends with. */
export const failure = async (work: Promise<unknown> | AsyncIterable<unknown>): Promise<SiloError> => {
  try {
    if (work instanceof Promise) await work;
    else for await (const _ of work);
  } catch (error) {
    if (isSiloError(error)) return error;
    throw error;
  }
  throw new Error('It succeeded.');
};

export const send = (response: ServerResponse, status: number, body: Uint8Array | string | object = '', headers: Record<string, string> = {}): void => {
  const bytes = typeof body === 'string' || body instanceof Uint8Array ? Buffer.from(body) : Buffer.from(JSON.stringify(body));
  response.writeHead(status, { 'content-length': String(bytes.length), ...headers });
  response.end(response.req.method === 'HEAD' ? undefined : bytes);
};

/** Answers a GET of a blob as the standard wants it, ranges included. */
export const sendBlob = (request: IncomingMessage, response: ServerResponse, blob: Buffer): void => {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const ranged = request.headers.range !== undefined;
  send(response, ranged ? 206 : 200, blob.subarray(from), ranged ? { 'content-range': `bytes ${from}-${blob.length - 1}/${blob.length}` } : {});
};

/** Sends a part of what it promised and cuts the connection. */
export const cutAfter = (response: ServerResponse, status: number, blob: Buffer, sentBytes: number, headers: Record<string, string> = {}): void => {
  response.writeHead(status, { 'content-length': String(blob.length), ...headers });
  response.write(blob.subarray(0, sentBytes), () => setImmediate(() => response.destroy()));
};

export const manifestType = 'application/vnd.oci.image.manifest.v1+json';
export const indexType = 'application/vnd.oci.image.index.v1+json';

export const someManifest = (more: object = {}): Buffer => Buffer.from(JSON.stringify({
  schemaVersion: 2, mediaType: manifestType,
  config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: sha256(Buffer.from('{}')), size: 2 },
  layers: [], ...more,
}));
