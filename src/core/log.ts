/** A line of a container's or process's output. */
export interface LogLine {
  readonly time: Date;
  readonly stream: 'stdout' | 'stderr';
  /** Without its line end. Empty where there are bytes. */
  readonly text: string;
  /** What was written, with its line ends, in place of a line; see `stdoutBytes`. */
  readonly bytes?: Uint8Array<ArrayBuffer>;
}

export interface LogQuery {
  /** Only the last lines; undefined means all. */
  readonly tail?: number;
  readonly since?: Date;
  /** Standard output comes byte for byte in pieces of about 48 KiB, each with the time of its last entry; not with `tail` or `since`. */
  readonly stdoutBytes?: boolean;
  /** Goes on until `ended` says that no line can come any more. */
  readonly follow?: {
    readonly ended: () => Promise<boolean>;
    /** Aborted when `ended` may have become true: looks at once instead of at the next sign of life. */
    readonly wake?: AbortSignal;
  };
  readonly signal?: AbortSignal;
}

/** Reads logs in CRI's line format. Batches hold at most 100 lines or about 64 KiB. */
export interface LogReader {
  read(path: string, query: LogQuery): AsyncIterable<readonly LogLine[]>;
}
