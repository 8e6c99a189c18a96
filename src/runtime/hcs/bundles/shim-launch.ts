import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { SiloError } from '../../../base/index.ts';
import { takeAnswer, type ShimAnswer } from './shim-door.ts';

/** An OCI process for a shim to run in a container; undefined: the container's own, when it is started. */
export type ShimOrder = { readonly process?: Readonly<Record<string, unknown>> };

/**
 * Starts a shim: this program with its internal verb, apart from this process, with its standard streams. Settles with
 * its process id when it is ready; what it says meanwhile comes through a channel beside the streams.
 */
export const launchShim = async (command: readonly [string, ...string[]], args: readonly string[], order: ShimOrder): Promise<number> => {
  const [program, ...first] = command;
  // A child that is not detached would end with this process: libuv has them in a job.
  const child = spawn(program, [...first, ...args], { detached: true, windowsHide: true, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  const ended = once(child, 'exit').then(([code]: unknown[]) => { throw new SiloError('RuntimeFailed', { args: { runtime: "the container's shim", reason: `it ended with ${String(code)}` } }); });
  ended.catch(() => undefined);
  try {
    child.send(order);
    const [answer] = (await Promise.race([once(child, 'message'), ended])) as [ShimAnswer];
    takeAnswer(answer);
    child.disconnect();
  } catch (error) {
    child.kill();
    throw error;
  } finally {
    child.unref();
  }
  return child.pid ?? 0;
};

/** The channel to whoever launched this shim. @throws SiloError OptionUnsupported where nobody did */
export const openShimChannel = async (): Promise<{ readonly order: ShimOrder; readonly tell: (answer: ShimAnswer) => Promise<void> }> => {
  if (!process.connected) throw new SiloError('OptionUnsupported', { args: { option: 'bundle-shim', reason: 'it is started by create, run and exec alone' } });
  const [order] = (await once(process, 'message')) as [ShimOrder];
  return {
    order,
    tell: async (answer) => {
      if (!process.connected) return;
      await new Promise<void>((resolve) => { process.send?.(answer, () => { resolve(); }); });
      if (process.connected) process.disconnect?.();
    },
  };
};
