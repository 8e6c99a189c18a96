import { SiloError } from '../base/index.ts';
import {
  archiveInvalid, blockBytes, decimal, parseHeader, parsePaxRecords, parseSparseMap, parseSparseSegments, sparseRealSize,
  type RawHeader, type SparseSegment, type TarEntry, type TarType,
} from './tar-header.ts';

/** Receives an archive's entries in order: `entry`, its `data` in pieces, `end`. Data is only valid during the call. */
export interface TarVisitor {
  entry(entry: TarEntry): void;
  data(piece: Buffer): void;
  end(): void;
}

/** Bytes of one PAX header or GNU long name. Linux keeps at most 64 KiB for one attribute and 4 KiB for a path. */
const headerLimitBytes = 1024 * 1024;
/** PATH_MAX, which counts a closing zero. */
const nameLimitBytes = 4095;
/** Segments of one sparse file; the map of 1 TiB written every 1 MiB. */
export const segmentLimit = 1_000_000;

const types: Readonly<Record<string, TarType>> = {
  '0': 'file', '\0': 'file', '7': 'file', S: 'file', '1': 'hardLink', '2': 'symbolicLink', '3': 'characterDevice', '4': 'blockDevice', '5': 'folder', '6': 'fifo',
};
const noAttributes: ReadonlyMap<string, Uint8Array> = new Map();
const attributePrefix = 'SCHILY.xattr.';

type State = 'header' | 'data' | 'padding' | 'meta' | 'sparseMap' | 'lastZeros' | 'ended';

/**
 * Reads a tar archive that is pushed in pieces: v7, ustar, GNU (long names, sparse files) and PAX.
 * It looks at bytes only; where an entry may be written is not its matter. Errors: ArchiveInvalid,
 * LayerEntryUnsupported for types that no file system has.
 */
export class TarReader {
  readonly #visitor: TarVisitor;
  #state: State = 'header';
  readonly #block = Buffer.alloc(blockBytes);
  #blockFilled = 0;
  /** Bytes of data, padding or meta still to come. */
  #left = 0;
  #paddingAfter = 0;
  #meta: { readonly flag: string; readonly content: Buffer; filled: number } | undefined;
  #longName: string | undefined;
  #longLinkName: string | undefined;
  #pax: Map<string, Buffer> | undefined;
  #sparse: { readonly header: RawHeader; readonly realSizeBytes: number; readonly segments: SparseSegment[] } | undefined;

  constructor(visitor: TarVisitor) {
    this.#visitor = visitor;
  }

  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && this.#state !== 'ended') {
      switch (this.#state) {
        case 'header':
        case 'lastZeros':
        case 'sparseMap': {
          if (this.#blockFilled === 0 && chunk.length - at >= blockBytes) {
            this.#takeBlock(chunk.subarray(at, at + blockBytes));
            at += blockBytes;
            break;
          }
          const copied = chunk.copy(this.#block, this.#blockFilled, at);
          at += copied;
          this.#blockFilled += copied;
          if (this.#blockFilled === blockBytes) {
            this.#blockFilled = 0;
            this.#takeBlock(this.#block);
          }
          break;
        }
        case 'data': {
          const length = Math.min(this.#left, chunk.length - at);
          this.#visitor.data(chunk.subarray(at, at + length));
          at += length;
          this.#left -= length;
          if (this.#left === 0) this.#endData();
          break;
        }
        case 'meta': {
          const meta = this.#meta;
          if (meta === undefined) throw new Error('unreachable');
          const copied = chunk.copy(meta.content, meta.filled, at);
          at += copied;
          meta.filled += copied;
          if (meta.filled === meta.content.length) this.#takeMeta(meta.flag, meta.content);
          break;
        }
        case 'padding': {
          const length = Math.min(this.#left, chunk.length - at);
          at += length;
          this.#left -= length;
          if (this.#left === 0) this.#state = 'header';
          break;
        }
      }
    }
  }

  /** The bytes are at their end. An archive without the closing zeros is accepted, as tar(1) does; one that ends within an entry is not. */
  finish(): void {
    const whole = this.#state === 'ended' || this.#state === 'lastZeros' || (this.#state === 'header' && this.#blockFilled === 0 && this.#pax === undefined && this.#longName === undefined);
    if (!whole) throw archiveInvalid('it ends in the middle of an entry');
  }

  #takeBlock(block: Buffer): void {
    if (this.#state === 'sparseMap') {
      this.#takeSparseMap(block);
      return;
    }
    const header = parseHeader(block);
    if (header === undefined) {
      this.#state = this.#state === 'lastZeros' ? 'ended' : 'lastZeros';
      return;
    }
    if (this.#state === 'lastZeros') throw archiveInvalid('it goes on after its end mark');
    switch (header.flag) {
      case 'x':
      case 'g':
      case 'L':
      case 'K':
        this.#startMeta(header);
        return;
      case 'S': {
        this.#sparse = { header, realSizeBytes: sparseRealSize(block), segments: parseSparseSegments(block, 386, 4) };
        if (block[482] === 0) this.#startSparse();
        else this.#state = 'sparseMap';
        return;
      }
      default:
        this.#startEntry(header, undefined);
    }
  }

  #startMeta(header: RawHeader): void {
    if (header.sizeBytes > headerLimitBytes) {
      throw new SiloError('ArchiveTooLarge', { args: { limitBytes: headerLimitBytes, reason: 'one extended header alone' } });
    }
    this.#meta = { flag: header.flag, content: Buffer.allocUnsafe(header.sizeBytes), filled: 0 };
    this.#paddingAfter = padding(header.sizeBytes);
    if (header.sizeBytes === 0) this.#takeMeta(header.flag, this.#meta.content);
    else this.#state = 'meta';
  }

  #takeMeta(flag: string, content: Buffer): void {
    this.#meta = undefined;
    switch (flag) {
      case 'x': this.#pax = parsePaxRecords(content); break;
      case 'L': this.#longName = untilZero(content); break;
      case 'K': this.#longLinkName = untilZero(content); break;
      // Global headers carry comments (git archive); docker and containerd pass over them too.
      default: break;
    }
    this.#skipPadding();
  }

  #takeSparseMap(block: Buffer): void {
    const sparse = this.#sparse;
    if (sparse === undefined) throw new Error('unreachable');
    for (const segment of parseSparseSegments(block, 0, 21)) sparse.segments.push(segment);
    if (sparse.segments.length > segmentLimit) throw new SiloError('ArchiveTooLarge', { args: { limitBytes: sparse.realSizeBytes, reason: 'a sparse map alone' } });
    if (block[504] === 0) this.#startSparse();
  }

  #startSparse(): void {
    const sparse = this.#sparse;
    if (sparse === undefined) throw new Error('unreachable');
    this.#sparse = undefined;
    this.#startEntry(sparse.header, sparse);
  }

  #startEntry(header: RawHeader, oldSparse: { readonly realSizeBytes: number; readonly segments: readonly SparseSegment[] } | undefined): void {
    const pax = this.#pax;
    const name = pax?.get('GNU.sparse.name')?.toString('latin1') ?? pax?.get('path')?.toString('latin1') ?? this.#longName ?? header.name;
    const linkName = pax?.get('linkpath')?.toString('latin1') ?? this.#longLinkName ?? header.linkName;
    this.#pax = undefined;
    this.#longName = undefined;
    this.#longLinkName = undefined;
    const type = types[header.flag];
    if (type === undefined) throw new SiloError('LayerEntryUnsupported', { args: { entry: name, reason: `whose type '${header.flag}' is not one of a file system` } });
    if (name.length > nameLimitBytes || linkName.length > nameLimitBytes) throw archiveInvalid('the name of an entry is longer than a path can be');
    if (name.includes('\0') || linkName.includes('\0')) throw archiveInvalid('the name of an entry holds a zero byte');
    const stored = paxNumber(pax, 'size') ?? header.sizeBytes;
    const entry: TarEntry = {
      name,
      linkName,
      // Archivers before 1988 had no type for folders.
      type: type === 'file' && name.endsWith('/') ? 'folder' : type,
      mode: header.mode,
      uid: paxNumber(pax, 'uid') ?? header.uid,
      gid: paxNumber(pax, 'gid') ?? header.gid,
      // Some archivers give a hard link the size of its file, without data.
      sizeBytes: type === 'file' ? stored : 0,
      mtime: paxNumber(pax, 'mtime', true) ?? header.mtime,
      major: header.major,
      minor: header.minor,
      attributes: pax === undefined ? noAttributes : attributesOf(pax),
      sparse: oldSparse ?? paxSparse(pax, name),
      records: pax ?? noAttributes,
    };
    if (entry.uid > 0xfffffffe || entry.gid > 0xfffffffe) throw archiveInvalid('the owner of an entry is out of range');
    this.#paddingAfter = padding(entry.sizeBytes);
    this.#left = entry.sizeBytes;
    this.#visitor.entry(entry);
    if (this.#left === 0) this.#endData();
    else this.#state = 'data';
  }

  #endData(): void {
    this.#visitor.end();
    this.#skipPadding();
  }

  #skipPadding(): void {
    this.#left = this.#paddingAfter;
    this.#state = this.#left === 0 ? 'header' : 'padding';
  }
}

const padding = (sizeBytes: number): number => (blockBytes - (sizeBytes % blockBytes)) % blockBytes;

const untilZero = (content: Buffer): string => {
  const end = content.indexOf(0);
  return content.toString('latin1', 0, end < 0 ? content.length : end);
};

const paxNumber = (pax: ReadonlyMap<string, Buffer> | undefined, key: string, fraction = false): number | undefined => {
  const value = pax?.get(key);
  // An empty value takes the record back (POSIX).
  return value === undefined || value.length === 0 ? undefined : decimal(value, key, fraction);
};

const attributesOf = (pax: ReadonlyMap<string, Buffer>): ReadonlyMap<string, Uint8Array> => {
  let found: Map<string, Uint8Array> | undefined;
  for (const [key, value] of pax) {
    if (key.startsWith(attributePrefix)) (found ??= new Map()).set(key.slice(attributePrefix.length), value);
  }
  return found ?? noAttributes;
};

/** The sparse formats that GNU tar writes into PAX headers (GNU tar manual, "Storing Sparse Files"). */
const paxSparse = (pax: ReadonlyMap<string, Buffer> | undefined, name: string): { readonly realSizeBytes: number; readonly segments: readonly SparseSegment[] | undefined } | undefined => {
  if (pax === undefined) return undefined;
  const major = pax.get('GNU.sparse.major')?.toString('latin1');
  const map = pax.get('GNU.sparse.map');
  if (major === undefined && map === undefined && pax.get('GNU.sparse.size') === undefined) return undefined;
  if (major === '1') return { realSizeBytes: paxNumber(pax, 'GNU.sparse.realsize') ?? 0, segments: undefined };
  if (major !== undefined && major !== '0') throw new SiloError('LayerEntryUnsupported', { args: { entry: name, reason: `a sparse file in the PAX format ${major.slice(0, 20)}` } });
  const realSizeBytes = paxNumber(pax, 'GNU.sparse.size') ?? paxNumber(pax, 'GNU.sparse.realsize');
  if (realSizeBytes === undefined) throw archiveInvalid('a sparse file does not say how large it is');
  const segments = parseSparseMap(map?.toString('latin1') ?? '');
  if (segments.length !== (paxNumber(pax, 'GNU.sparse.numblocks') ?? segments.length)) throw archiveInvalid('a sparse map is malformed');
  return { realSizeBytes, segments };
};
