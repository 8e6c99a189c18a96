/**
 * koffi declarations of fltlib.dll (fltuser.h, fltuserstructures.h): which filters stand between file systems and
 * everything else. Since Windows Vista. Asking needs the right to load drivers, which administrators have; a search that
 * is begun is closed here, and the answers are plain values. Buffers hold FILTER_AGGREGATE_STANDARD_INFORMATION.
 */
import { DynamicLibrary, type BoundFunction, type Out, type Pointer } from './dynamic-library.ts';

type Hresult = number;

/** A filter that is loaded. */
export interface LoadedFilter {
  readonly name: string;
  /** A decimal number in a text, with a fraction at times; it grows from the file system upwards. */
  readonly altitude: string;
}

const firstBuild = 6000;
const aggregateStandard = 2;
const noMoreItems = 0x80070103;
const bufferTooShort = 0x8007007a;

const word = (bytes: Buffer, offset: number): number => (offset + 2 <= bytes.length ? bytes.readUInt16LE(offset) : 0);
const long = (bytes: Buffer, offset: number): number => (offset + 4 <= bytes.length ? bytes.readUInt32LE(offset) : 0);

/** Filters in a buffer that a search has filled. What of an entry lies outside of the buffer is left out; so is an entry without a name. */
export const parseFilters = (bytes: Buffer): readonly LoadedFilter[] => {
  const found: LoadedFilter[] = [];
  for (let start = 0; start + 8 <= bytes.length;) {
    const entry = bytes.subarray(start);
    // Behind NextEntryOffset, Flags and the flags of the filter a minifilter (FLTFL_ASI_IS_MINIFILTER) has its frame and the number of its instances.
    const texts = (long(entry, 4) & 1) === 1 ? 20 : 12;
    const textAt = (place: number): string => {
      const [length, offset] = [word(entry, place), word(entry, place + 2)];
      return offset + length <= entry.length ? entry.toString('utf16le', offset, offset + (length & ~1)) : '';
    };
    const name = textAt(texts);
    if (name !== '') found.push({ name, altitude: textAt(texts + 4) });
    const next = long(entry, 0);
    // An entry that says to be its own next one, or to lie within itself, is the last.
    if (next < 8) break;
    start += next;
  }
  return found;
};

/** The HRESULT of a search that is no success. */
export class FilterSearchFailure extends Error {
  override readonly name = 'FilterSearchFailure';
  /** As an unsigned number. */
  readonly hresult: number;
  constructor(hresult: number) {
    super(`the filter manager cannot be asked (0x${hresult.toString(16)})`);
    this.hresult = hresult;
  }
}

export class FilterManager {
  readonly #first: BoundFunction<(kind: number, buffer: Buffer, size: number, given: Out<number>, search: Out<Pointer>) => Hresult>;
  readonly #next: BoundFunction<(search: Pointer, kind: number, buffer: Buffer, size: number, given: Out<number>) => Hresult>;
  readonly #close: BoundFunction<(search: Pointer) => Hresult>;

  constructor(library = 'fltlib.dll') {
    const opened = new DynamicLibrary(library);
    this.#first = opened.bind('int32_t __stdcall FilterFindFirst(int kind, _Out_ uint8_t *buffer, uint32_t size, _Out_ uint32_t *given, _Out_ void **search)', firstBuild);
    this.#next = opened.bind('int32_t __stdcall FilterFindNext(void *search, int kind, _Out_ uint8_t *buffer, uint32_t size, _Out_ uint32_t *given)', firstBuild);
    this.#close = opened.bind('int32_t __stdcall FilterFindClose(void *search)', firstBuild);
  }

  /** Every filter that is loaded, from the top. @throws FilterSearchFailure, MissingFunction */
  filters(): readonly LoadedFilter[] {
    let buffer = Buffer.alloc(1024);
    /** One step of a search, once more where the buffer was too short; undefined at its end. */
    const step = (call: (given: Out<number>) => Hresult): readonly LoadedFilter[] | undefined => {
      for (;;) {
        const given: Out<number> = [0];
        const hresult = call(given) >>> 0;
        const length = given[0] ?? 0;
        if (hresult === 0) return parseFilters(buffer.subarray(0, length));
        if (hresult === noMoreItems) return undefined;
        if (hresult !== bufferTooShort || length <= buffer.length) throw new FilterSearchFailure(hresult);
        buffer = Buffer.alloc(length);
      }
    };
    const search: Out<Pointer> = [null];
    const found = [...step((given) => this.#first.now(aggregateStandard, buffer, buffer.length, given, search)) ?? []];
    const [handle] = search;
    if (handle === null) return found;
    try {
      for (;;) {
        const more = step((given) => this.#next.now(handle, aggregateStandard, buffer, buffer.length, given));
        if (more === undefined) return found;
        found.push(...more);
      }
    } finally {
      this.#close.now(handle);
    }
  }
}
