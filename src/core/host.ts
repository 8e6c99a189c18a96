/** Facts of the machine that policy needs; the composition root gives them. */
export interface HostFacts {
  readonly os: string;
  readonly architecture: string;
  readonly osVersion: string;
  readonly kernelVersion: string;
  /** Windows alone: what decides which images run (edition, build, revision). */
  readonly windows?: { readonly edition: 'server' | 'client'; readonly build: number; readonly revision: number | undefined };
  readonly hostName: string;
  readonly elevated: boolean;
  readonly bootId: string;
  readonly cpuCount: number;
  readonly memoryBytes: number;
  /** Undefined where engines on this host may mount; otherwise why not (decision 9). */
  readonly mountNamespaceProblem: string | undefined;
}

/** Time as the engine sees it; tests of a clock set back inject another. */
export interface Clock { now(): Date }

export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Starts the supervisor of this root where it isn't running (decision 11). */
export interface SupervisorControl { ensure(): Promise<void> }
