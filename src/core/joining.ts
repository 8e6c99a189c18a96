/**
 * A process that somebody's streams are joined to. It goes on when they leave. Nothing here fails because the process has ended: then
 * its output ends.
 */
export interface JoinedProcess {
  /** Pieces in their order, until the process has ended or `leave` was called. A process with a terminal writes to stdout alone. Read once. */
  readonly output: AsyncIterable<{ readonly stream: 'stdout' | 'stderr'; readonly bytes: Uint8Array }>;
  write(bytes: Uint8Array): void;
  /** No more input comes. */
  endInput(): void;
  /** Of its terminal, in characters. */
  resize(rows: number, columns: number): void;
  /** May be repeated. */
  leave(): void;
}

/** Joins the process whose files are in this folder: a container's bundle, or the folder of a further process. Errors: PathNotFound, SupervisorUnavailable where nobody holds it. */
export type JoinProcess = (folder: string) => Promise<JoinedProcess>;
