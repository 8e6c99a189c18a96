import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { createHash, createSign, randomUUID, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connect, createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Digest } from '../../src/base/index.ts';

/** Why these tests can't run here; undefined where they can. */
export const whyNoRegistry = (): string | undefined => {
  const missing = ['docker-registry', 'skopeo', 'htpasswd', 'openssl'].filter((name) => !['/usr/bin', '/usr/local/bin', '/usr/sbin'].some((folder) => existsSync(join(folder, name))));
  return missing.length === 0 ? undefined : `missing: ${missing.join(', ')} (apt-get install docker-registry skopeo apache2-utils openssl)`;
};

const listen = (server: { listen(port: number, host: string, done: () => void): unknown; address(): unknown }): Promise<number> =>
  new Promise((resolve) => { server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)); });

/** Debian's docker-registry on a free port of loopback, with its content in a folder of its own. */
export class RegistryServer {
  readonly folder: string;
  readonly host: string;
  readonly #child: ChildProcess;

  private constructor(folder: string, host: string, child: ChildProcess) {
    this.folder = folder;
    this.host = host;
    this.#child = child;
  }

  /** @param auth the section `auth` of its configuration, as JSON. */
  static async start(auth?: (folder: string) => object): Promise<RegistryServer> {
    const folder = mkdtempSync(join(tmpdir(), 'silo-registry-'));
    const config = join(folder, 'config.yml');
    // JSON is YAML.
    writeFileSync(config, JSON.stringify({
      version: 0.1, log: { level: 'info', accesslog: { disabled: true } },
      storage: { filesystem: { rootdirectory: join(folder, 'content') }, delete: { enabled: true } },
      http: { addr: '127.0.0.1:0', secret: randomUUID() }, ...(auth === undefined ? {} : { auth: auth(folder) }),
    }));
    const child = spawn('docker-registry', ['serve', config], { stdio: ['ignore', 'ignore', 'pipe'], env: { PATH: process.env['PATH'], OTEL_TRACES_EXPORTER: 'none' } });
    const host = await new Promise<string>((resolve, reject) => {
      let text = '';
      child.stderr.setEncoding('utf8').on('data', (piece: string) => {
        text = (text + piece).slice(-20_000);
        const found = /listening on (127\.0\.0\.1:\d+)/.exec(text)?.[1];
        if (found !== undefined) resolve(found);
      });
      child.once('error', reject);
      child.once('exit', () => reject(new Error(`docker-registry ended: ${text}`)));
    });
    return new RegistryServer(folder, host, child);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => { this.#child.once('exit', resolve); });
    this.#child.kill('SIGKILL');
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Users by htpasswd (bcrypt). */
export const htpasswdAuth = (user: string, password: string) => (folder: string): object => {
  writeFileSync(join(folder, 'htpasswd'), execFileSync('htpasswd', ['-niB', '-C', '5', user], { input: password }));
  return { htpasswd: { realm: 'test', path: join(folder, 'htpasswd') } };
};

interface Access { readonly type: string; readonly name: string; readonly actions: readonly string[] }

/** A token service (docker's token specification): one user may do all, strangers may pull what is below `public/`. */
export class TokenServer {
  readonly granted: string[] = [];
  readonly #server: Server;
  readonly #folder: string;
  readonly #user: string;
  #port = 0;

  constructor(folder: string, user: string, password: string) {
    this.#folder = folder;
    this.#user = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'token.key', '-out', 'token.pem', '-days', '2', '-subj', '/CN=tokens'], { cwd: folder, stdio: 'ignore' });
    this.#server = createServer((request, response) => {
      const url = new URL(request.url ?? '', 'http://tokens');
      const { authorization } = request.headers;
      if (authorization !== undefined && authorization !== this.#user) return void response.writeHead(401).end();
      const access = url.searchParams.getAll('scope').flatMap((scopes) => scopes.split(' ')).map((scope): Access => {
        const [type = '', name = '', actions = ''] = scope.split(':');
        const allowed = (action: string): boolean => authorization !== undefined || (action === 'pull' && name.startsWith('public/'));
        return { type, name, actions: actions.split(',').filter(allowed) };
      });
      this.granted.push(JSON.stringify(access));
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ token: this.#sign(access), expires_in: 60 }));
    });
  }

  async start(): Promise<object> {
    this.#port = await listen(this.#server);
    return { token: { realm: `http://127.0.0.1:${this.#port}/token`, service: 'test-registry', issuer: 'test-issuer', rootcertbundle: join(this.#folder, 'token.pem') } };
  }

  #sign(access: readonly Access[]): string {
    const certificate = new X509Certificate(readFileSync(join(this.#folder, 'token.pem')));
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const now = Math.floor(Date.now() / 1000);
    const text = `${encode({ typ: 'JWT', alg: 'RS256', x5c: [certificate.raw.toString('base64')] })}.${encode({ iss: 'test-issuer', sub: 'user', aud: 'test-registry', exp: now + 60, nbf: now - 10, iat: now, jti: randomUUID(), access })}`;
    return `${text}.${createSign('RSA-SHA256').update(text).sign(readFileSync(join(this.#folder, 'token.key'))).toString('base64url')}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => { this.#server.close(resolve); });
  }
}

/** Between client and registry: cuts each of the first connections after so many bytes in one direction. */
export class CuttingLine {
  readonly #target: number;
  readonly #sockets = new Set<Socket>();
  readonly #server = createTcpServer((client) => this.#carry(client));
  #cuts: readonly { readonly direction: 'up' | 'down'; readonly afterBytes: number }[] = [];
  cut = 0;
  host = '';

  constructor(targetHost: string) { this.#target = Number(targetHost.split(':')[1]); }

  async start(cuts: readonly { readonly direction: 'up' | 'down'; readonly afterBytes: number }[]): Promise<void> {
    this.#cuts = cuts;
    this.host = `127.0.0.1:${await listen(this.#server)}`;
  }

  #carry(client: Socket): void {
    const upstream = connect(this.#target, '127.0.0.1');
    for (const socket of [client, upstream]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => {
        this.#sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    const watch = (from: Socket, to: Socket, direction: 'up' | 'down'): void => {
      let passed = 0;
      from.on('data', (piece) => {
        passed += piece.length;
        const next = this.#cuts[this.cut];
        if (next?.direction === direction && passed > next.afterBytes) {
          this.cut += 1;
          client.destroy();
          // What was on its way arrives, so that the registry has something to go on from.
          upstream.end();
          return;
        }
        if (!to.write(piece)) {
          from.pause();
          to.once('drain', () => from.resume());
        }
      });
    };
    watch(client, upstream, 'up');
    watch(upstream, client, 'down');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => { this.#server.close(resolve); });
  }
}

export interface TestImage {
  readonly manifest: Buffer;
  readonly manifestDigest: Digest;
  readonly config: Buffer;
  readonly layers: readonly Buffer[];
}

export const sha256 = (bytes: Uint8Array): Digest => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** A small OCI image; layers are real gzipped tars with random content of this many bytes. */
export const makeImage = (folder: string, sizes: readonly number[]): TestImage => {
  const tars = sizes.map((sizeBytes, index) => {
    const root = join(folder, `layer-${index}`);
    mkdirSync(root, { recursive: true });
    writeFileSync(join(root, `file-${index}`), execFileSync('head', ['-c', String(sizeBytes), '/dev/urandom'], { maxBuffer: sizeBytes + 1 }));
    return execFileSync('tar', ['-C', root, '-cf', '-', '.'], { maxBuffer: sizeBytes * 2 + 1_000_000 });
  });
  const layers = tars.map((tar) => gzipSync(tar, { level: 1 }));
  const config = Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', config: { Cmd: ['/bin/true'] }, rootfs: { type: 'layers', diff_ids: tars.map(sha256) } }));
  const descriptor = (type: string, bytes: Buffer): object => ({ mediaType: `application/vnd.oci.image.${type}`, digest: sha256(bytes), size: bytes.length });
  const manifest = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.manifest.v1+json', config: descriptor('config.v1+json', config), layers: layers.map((layer) => descriptor('layer.v1.tar+gzip', layer)) }));
  return { manifest, manifestDigest: sha256(manifest), config, layers };
};

/** The image as an OCI layout with the name `latest`. */
export const writeLayout = (folder: string, { manifest, manifestDigest, config, layers }: TestImage): string => {
  mkdirSync(join(folder, 'blobs/sha256'), { recursive: true });
  for (const blob of [manifest, config, ...layers]) writeFileSync(join(folder, 'blobs/sha256', sha256(blob).slice(7)), blob);
  writeFileSync(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  writeFileSync(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [{ mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: manifestDigest, size: manifest.length, annotations: { 'org.opencontainers.image.ref.name': 'latest' } }] }));
  return folder;
};

export const skopeo = (...args: readonly string[]): string => execFileSync('skopeo', ['--insecure-policy', ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
