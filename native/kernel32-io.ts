/**
 * koffi declarations of kernel32.dll's memory, handle and pipe calls that the Host Compute Service needs
 * (winbase.h, fileapi.h, ioapiset.h; every build). HCS hands out overlapped pipes, which Node's own streams
 * can't take: reads and writes are begun here and end in a callback on a thread of Windows's pool. One read
 * and one write at a time a pipe. A failure throws an Error whose `code` is the Win32 code's number.
 */
import { DynamicLibrary, koffi, type BoundFunction, type Out, type Pointer } from './dynamic-library.ts';
import { firstBuild } from './computecore.ts';

const pending = 997;
/** Win32 and NTSTATUS codes with which a pipe says that its other end is closed; the callback may get either kind. */
const ended: ReadonlySet<number> = new Set([38, 109, 232, 233, 0xc0000011, 0xc000014b, 0xc00000b1, 0xc00000b0]);

const pieceBytes = 64 * 1024;
/** sizeof(OVERLAPPED) */
const overlappedBytes = 32;

/** Memory that stays where it is while Windows writes into it; it is used again and never given back, so that no view outlives it. */
interface Piece { readonly address: Pointer; readonly overlapped: Pointer; readonly bytes: Uint8Array }
const freePieces: Piece[] = [];

const takePiece = (): Piece => {
  const free = freePieces.pop();
  if (free !== undefined) {
    koffi().encode(free.overlapped, 'uint64_t', [0, 0, 0, 0], 4);
    return free;
  }
  const address = koffi().alloc('uint8_t', pieceBytes) as Pointer;
  return { address, overlapped: koffi().alloc('uint64_t', overlappedBytes / 8) as Pointer, bytes: new Uint8Array(koffi().view(address, pieceBytes)) };
};

const failure = (call: string, code: number): Error => Object.assign(new Error(`${call} failed with ${code}`), { code });

export interface IoResult { readonly code: number; readonly bytes: number }

export class Kernel32 {
  readonly #localFree: BoundFunction<(memory: Pointer) => Pointer | null>;
  readonly #closeHandle: BoundFunction<(handle: Pointer) => number>;
  readonly #readFile: BoundFunction<(file: Pointer, buffer: Pointer, bytes: number, read: null, overlapped: Pointer) => number>;
  readonly #writeFile: BoundFunction<(file: Pointer, buffer: Pointer, bytes: number, written: null, overlapped: Pointer) => number>;
  readonly #bindCompletion: BoundFunction<(file: Pointer, callback: Pointer, flags: number) => number>;
  readonly #cancelIo: BoundFunction<(file: Pointer, overlapped: Pointer | null) => number>;
  readonly #lastError: BoundFunction<() => number>;
  readonly #begun = new Map<Pointer, (result: IoResult) => void>();
  #callback: Pointer | undefined;

  /** `path`: kernel32.dll, or what stands in its place. */
  constructor(path: string) {
    const library = new DynamicLibrary(path);
    this.#localFree = library.bind('void *LocalFree(void *memory)', firstBuild);
    this.#closeHandle = library.bind('int32_t CloseHandle(void *handle)', firstBuild);
    this.#readFile = library.bind('int32_t ReadFile(void *file, void *buffer, uint32_t bytes, void *read, void *overlapped)', firstBuild);
    this.#writeFile = library.bind('int32_t WriteFile(void *file, void *buffer, uint32_t bytes, void *written, void *overlapped)', firstBuild);
    this.#bindCompletion = library.bind('int32_t BindIoCompletionCallback(void *file, void *callback, uint32_t flags)', firstBuild);
    this.#cancelIo = library.bind('int32_t CancelIoEx(void *file, void *overlapped)', firstBuild);
    this.#lastError = library.bind('uint32_t GetLastError()', firstBuild);
  }

  /** The text at an address that another function gave out, which is freed. Undefined where none was given. */
  takeText([address]: Out<Pointer>): string | undefined {
    if (address === null) return undefined;
    try {
      return koffi().decode.string16(address);
    } finally {
      this.#localFree.now(address);
    }
  }

  closeHandle(handle: Pointer): void {
    if (this.#closeHandle.now(handle) === 0) throw failure('CloseHandle', this.#lastError.now());
  }

  /** Makes the pipe ready for `read` and `write`; the handle is still the caller's. */
  openPipe(handle: Pointer): OverlappedPipe {
    this.#callback ??= koffi().register((code: number, bytes: number, overlapped: Pointer) => {
      const settle = this.#begun.get(overlapped);
      this.#begun.delete(overlapped);
      settle?.({ code, bytes });
    }, koffi().pointer(koffi().proto('void', ['uint32_t', 'uint32_t', 'void *'])));
    if (this.#bindCompletion.now(handle, this.#callback, 0) === 0) throw failure('BindIoCompletionCallback', this.#lastError.now());
    return new OverlappedPipe(handle, {
      begin: (kind, buffer, bytes, overlapped) => {
        const done = new Promise<IoResult>((resolve) => { this.#begun.set(overlapped, resolve); });
        const call = kind === 'read' ? this.#readFile : this.#writeFile;
        if (call.now(handle, buffer, bytes, null, overlapped) !== 0) return done;
        const code = this.#lastError.now();
        if (code === pending) return done;
        this.#begun.delete(overlapped);
        return Promise.resolve({ code, bytes: 0 });
      },
      cancel: () => { this.#cancelIo.now(handle, null); },
      close: () => { this.closeHandle(handle); },
    });
  }

  /** Ends the callback; no pipe is open any more. */
  release(): void {
    if (this.#callback === undefined || this.#begun.size > 0) return;
    koffi().unregister(this.#callback);
    this.#callback = undefined;
  }
}

interface PipeCalls {
  begin(kind: 'read' | 'write', buffer: Pointer, bytes: number, overlapped: Pointer): Promise<IoResult>;
  cancel(): void;
  close(): void;
}

/** An overlapped pipe. Closing ends what was begun. */
export class OverlappedPipe {
  readonly handle: Pointer;
  readonly #calls: PipeCalls;
  readonly #inFlight = new Set<Promise<unknown>>();
  #closed: Promise<void> | undefined;

  constructor(handle: Pointer, calls: PipeCalls) {
    this.handle = handle;
    this.#calls = calls;
  }

  /** Bytes as they come, at most 64 KiB; undefined where the other end is closed, or this one. */
  async read(): Promise<Buffer | undefined> {
    return this.#withPiece(async (piece) => {
      const { code, bytes } = await this.#calls.begin('read', piece.address, pieceBytes, piece.overlapped);
      if (code === 0) return Buffer.from(piece.bytes.subarray(0, bytes));
      if (ended.has(code) || this.#closed !== undefined) return undefined;
      throw failure('ReadFile', code);
    });
  }

  /** Writes all of `bytes`. False where the other end is closed, or this one. */
  async write(bytes: Uint8Array): Promise<boolean> {
    for (let offset = 0; offset < bytes.length;) {
      const part = bytes.subarray(offset, offset + pieceBytes);
      const written = await this.#withPiece(async (piece) => {
        piece.bytes.set(part);
        const result = await this.#calls.begin('write', piece.address, part.length, piece.overlapped);
        if (result.code === 0) return result.bytes;
        if (ended.has(result.code) || this.#closed !== undefined) return undefined;
        throw failure('WriteFile', result.code);
      });
      if (written === undefined) return false;
      offset += written;
    }
    return true;
  }

  /** Ends reads and writes and gives the handle back. May be repeated. */
  close(): Promise<void> {
    this.#closed ??= (async () => {
      if (this.#inFlight.size > 0) this.#calls.cancel();
      await Promise.allSettled(this.#inFlight);
      this.#calls.close();
    })();
    return this.#closed;
  }

  async #withPiece<T>(work: (piece: Piece) => Promise<T>): Promise<T | undefined> {
    if (this.#closed !== undefined) return undefined;
    const piece = takePiece();
    const running = work(piece);
    this.#inFlight.add(running);
    try {
      return await running;
    } finally {
      this.#inFlight.delete(running);
      freePieces.push(piece);
    }
  }
}
