import type { Logger, RuntimeRequirement } from '../core/index.ts';
import type { Engine } from '../engine/index.ts';
import type { Serve } from '../supervisor/index.ts';

/** What every command gets from the composition root. */
export interface CommandContext {
  readonly version: string;
  readonly root: string;
  readonly logPath: string;
  readonly log: Logger;
  readonly exitsFolder: string;
  readonly open: () => Promise<Engine>;
  /** For the supervisor, with how engines reach it. */
  readonly openSupervised: () => Promise<{ readonly engine: Engine; readonly serve?: Serve }>;
  /** Gives memory that is free back to the system. */
  readonly trimMemory: () => void;
  /** From here on less memory is used, at the price of collecting more often: for who stays long and does little. */
  readonly keepSmall: () => void;
  readonly probe: () => Promise<readonly RuntimeRequirement[]>;
}

export const exitCodes = { done: 0, failed: 1, protocolViolation: 2 } as const;
