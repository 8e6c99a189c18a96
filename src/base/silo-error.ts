import { errorClasses, type ErrorClass } from './error-classes.ts';
import { errorTable, type ErrorCode, type ErrorRow } from './error-table.ts';

/** What the failed operation was about; `id` is a name, id, reference, digest or path. */
export interface ErrorTarget {
  readonly kind: 'container' | 'image' | 'blob' | 'snapshot' | 'process' | 'host' | 'store' | 'path' | 'request' | 'isolation' | 'archive' | 'network' | 'volume' | 'application';
  readonly id: string;
}

/** The foreign code the error came from, as the foreign interface gave it. */
export interface NativeCode {
  /** As an unsigned number. */
  readonly hresult?: number;
  /** Name of the HRESULT in its documentation, where it has one. */
  readonly hresultName?: string;
  /** What HCS tells of the layers below, outermost first. */
  readonly events?: readonly { readonly source: string; readonly eventId: number; readonly message: string }[];
  readonly errno?: string;
  readonly exitCode?: number;
  readonly httpStatus?: number;
  /** Of a failure of layers: loaded file-system filters that do not come with Windows, each with its group and altitude. */
  readonly filters?: readonly string[];
}

export interface SiloErrorOptions {
  readonly args?: Readonly<Record<string, string | number>>;
  readonly target?: ErrorTarget;
  /** The use case or call that failed, for example `container/start`. */
  readonly operation?: string;
  readonly native?: NativeCode;
  /** True where the same call can succeed later without any change. */
  readonly retryable?: boolean;
  readonly cause?: unknown;
}

/** The one error class. It is made only from the table; whoever meets a foreign error translates it there and nobody wraps it again. */
export class SiloError extends Error {
  override readonly name = 'SiloError';
  readonly code: ErrorCode;
  readonly args: Readonly<Record<string, string | number>>;
  readonly target: ErrorTarget | undefined;
  readonly native: NativeCode | undefined;
  readonly retryable: boolean;
  operation: string | undefined;

  constructor(code: ErrorCode, options: SiloErrorOptions = {}) {
    const args = options.args ?? {};
    super(fillTemplate(errorTable[code].message, args), options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.args = args;
    this.target = options.target;
    this.operation = options.operation;
    this.native = options.native;
    this.retryable = options.retryable ?? defaultRetryable.has(code);
  }

  get class(): ErrorClass { return errorTable[this.code].class; }
  get rpcCode(): number { return errorClasses[this.class].rpcCode; }
  get action(): string { return fillTemplate(errorTable[this.code].action, this.args); }
}

export const isSiloError = (error: unknown, code?: ErrorCode): error is SiloError =>
  error instanceof SiloError && (code === undefined || error.code === code);

const defaultRetryable: ReadonlySet<ErrorCode> = new Set(['ContainerBusy', 'StoreBusy', 'EngineStopping']);

const fillTemplate = (template: ErrorRow['message'], args: Readonly<Record<string, string | number>>): string =>
  template.replace(/\{(\w+)\}/g, (whole, name: string) => (name in args ? String(args[name]) : whole));
