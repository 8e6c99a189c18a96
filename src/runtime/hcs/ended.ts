import { isSiloError } from '../../base/index.ts';

const endedCodes = ['ContainerNotFound', 'ContainerNotRunning', 'ProcessNotFound', 'ComputeSystemTerminated', 'ComputeSystemCrashed'] as const;

/** What was to be reached is gone, or has ended. */
export const hasEnded = (error: unknown): boolean => endedCodes.some((code) => isSiloError(error, code));

export const unlessEnded = (error: unknown): void => {
  if (!hasEnded(error)) throw error;
};
