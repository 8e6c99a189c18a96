import type { Ports } from './ports.ts';
import { startContainer } from './start-container.ts';
import { stopContainer, type StopOutcome } from './stop-container.ts';

/** Stops a container, where it runs, and starts it. Says how it was stopped. */
export const restartContainer = async (
  ports: Ports, reference: string,
  options: { readonly timeoutSeconds?: number | undefined; readonly force?: boolean | undefined } = {},
  signal?: AbortSignal,
): Promise<StopOutcome> => {
  const stopped = await stopContainer(ports, reference, options, signal);
  // By its id: somebody may give the name to another container meanwhile.
  const { record } = await startContainer(ports, stopped.record.id, signal);
  return { ...stopped, record, changed: true };
};
