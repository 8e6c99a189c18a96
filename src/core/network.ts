export type NetworkMode = 'none' | 'host';

/**
 * Gives a sandbox its network (decision 2). `prepare` may be repeated and gives the same answer;
 * `release` of what is not there succeeds.
 */
export interface Network {
  /** Path of the network namespace to join, or undefined for the host's. */
  prepare(sandboxId: string, mode: NetworkMode): Promise<string | undefined>;
  release(sandboxId: string): Promise<void>;
  list(): Promise<readonly string[]>;
}
