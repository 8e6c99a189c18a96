import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, lstatSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Digest } from '../../src/base/index.ts';
import { command } from './command.ts';

export interface SampleLayer {
  /** The .tar.gz. */
  readonly path: string;
  readonly digest: Digest;
  readonly diffId: Digest;
  readonly sizeBytes: number;
  readonly unpackedBytes: number;
  readonly entries: number;
}

/** An image of real files, as an OCI layout. */
export interface SampleImage {
  readonly layout: string;
  readonly layers: readonly SampleLayer[];
}

/**
 * What goes into the layers, the lowest first: files of this machine in the order of their names, until
 * the layer has its size. Programs, libraries, headers and documents pack and unpack as a system's do. The
 * last folder makes up for what the others don't have here.
 */
const sources: readonly { readonly folder: string; readonly megabytes: number }[] = [
  { folder: '/usr/lib/gcc', megabytes: 170 },
  { folder: `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`, megabytes: 120 },
  { folder: '/usr/include', megabytes: 40 },
  { folder: '/usr/share', megabytes: 175 },
  { folder: '/usr', megabytes: 172 },
];

interface Chosen { readonly paths: readonly string[]; readonly bytes: number }

const entriesOf = (folder: string): Dirent[] => {
  try {
    return readdirSync(folder, { withFileTypes: true }).toSorted((one, other) => (one.name < other.name ? -1 : 1));
  } catch {
    return [];
  }
};

/** Folders, files and links below `source` of about `limit` bytes together that are not in `taken`, where they are put. */
const choose = (source: string, limit: number, taken: Set<string>): Chosen => {
  const paths: string[] = [];
  const files = new Set<string>();
  let bytes = 0;
  const walk = (folder: string): void => {
    paths.push(folder.slice(1));
    for (const entry of entriesOf(folder)) {
      if (limit - bytes < 1e6) return;
      const path = join(folder, entry.name);
      // A name that is not UTF-8 could not be told to tar.
      if (path.includes('\uFFFD') || taken.has(path)) continue;
      if (entry.isDirectory()) walk(path);
      else if (entry.isFile() || entry.isSymbolicLink()) {
        const { size, dev, ino } = lstatSync(path);
        // A further name of a file takes no more room.
        const file = `${dev}:${ino}`;
        const more = files.has(file) ? 0 : size;
        if (bytes + more > limit) continue;
        files.add(file);
        taken.add(path);
        paths.push(path.slice(1));
        bytes += more;
      }
    }
  };
  walk(source);
  return { paths, bytes };
};

const hashing = (): { readonly stream: Transform; readonly digest: () => Digest } => {
  const hash = createHash('sha256');
  const stream = new Transform({ transform: (chunk: Buffer, _encoding, done) => { hash.update(chunk); done(null, chunk); } });
  return { stream, digest: () => `sha256:${hash.digest('hex')}` };
};

const writeLayer = async (blobs: string, name: string, { paths, bytes }: Chosen): Promise<SampleLayer> => {
  const [list, file] = [join(blobs, `${name}.list`), join(blobs, `${name}.partial`)];
  writeFileSync(list, paths.map((path) => `${path}\0`).join(''));
  const tar = spawn('tar', ['--create', '--no-recursion', '--numeric-owner', '--directory', '/', '--null', '--files-from', list], { stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  tar.stderr.setEncoding('utf8').on('data', (text: string) => { errors = (errors + text).slice(-2000); });
  const ended = once(tar, 'close');
  const [unpacked, packed] = [hashing(), hashing()];
  await pipeline(tar.stdout, unpacked.stream, createGzip({ level: 6 }), packed.stream, createWriteStream(file));
  const [code] = await ended as [number | null];
  rmSync(list);
  if (code !== 0) throw new Error(`tar ended with ${String(code)}: ${errors}`);
  const digest = packed.digest();
  const path = join(blobs, digest.slice('sha256:'.length));
  renameSync(file, path);
  return { path, digest, diffId: unpacked.digest(), sizeBytes: statSync(path).size, unpackedBytes: bytes, entries: paths.length };
};

/** Makes the image below `folder`; the same machine gives the same image. */
export const makeSampleImage = async (folder: string): Promise<SampleImage> => {
  const layout = join(folder, 'sample');
  const blobs = join(layout, 'blobs', 'sha256');
  mkdirSync(blobs, { recursive: true });
  const taken = new Set<string>();
  const chosen = sources.map(({ folder: source, megabytes }) => choose(source, megabytes * 1e6, taken));
  const layers = await Promise.all(chosen.map((each, index) => writeLayer(blobs, `layer-${index}`, each)));
  const blob = (mediaType: string, content: object): object => {
    const bytes = Buffer.from(JSON.stringify(content));
    const digest = createHash('sha256').update(bytes).digest('hex');
    writeFileSync(join(blobs, digest), bytes);
    return { mediaType, digest: `sha256:${digest}`, size: bytes.length };
  };
  const config = blob('application/vnd.oci.image.config.v1+json', {
    architecture: process.arch === 'x64' ? 'amd64' : process.arch, os: 'linux', config: {}, rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
  });
  const manifest = blob('application/vnd.oci.image.manifest.v1+json', {
    schemaVersion: 2, config, layers: layers.map(({ digest, sizeBytes }) => ({ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest, size: sizeBytes })),
  });
  writeFileSync(join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [{ ...manifest, annotations: { 'org.opencontainers.image.ref.name': 'image' } }] }));
  writeFileSync(join(layout, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  return { layout, layers };
};

/** By skopeo, which belongs to none of the contenders' measured ways. */
export const putSampleImage = async ({ layout }: SampleImage, reference: string): Promise<void> => {
  await command('skopeo', ['copy', '--quiet', '--dest-tls-verify=false', `oci:${layout}:image`, `docker://${reference}`]);
};
