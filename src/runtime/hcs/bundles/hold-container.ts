import { setTimeout as delay } from 'node:timers/promises';
import type { ComputeProcess } from '../compute-process.ts';
import type { ComputeSystem } from '../compute-system.ts';
import { checkDocument } from '../check-document.ts';
import type { HostComputeService } from '../host-compute-service.ts';
import { BundleDocument } from './bundle-document.ts';
import { readBundleProcess } from './bundle-process.ts';
import type { BundleState, BundleStates } from './bundle-states.ts';
import { joinStreams } from './join-streams.ts';

/** What a container may take to shut down when its process has ended, before it is ended by force (runhcs gives it as long). */
const shutDownPatienceMs = 5 * 60_000;
/** Whoever started it may be slow to hear so. */
const answerPatienceMs = 1000;
/** Told of a container that ended before its process was started. */
const neverStarted = 1;

const guestOf = ({ kind }: BundleState): 'windows' | 'linux' => (kind === 'linux' ? 'linux' : 'windows');

/** Runs a process in a running container with this process's streams; settles with its exit code. `begun` is called when it runs. */
export const holdProcess = async (service: HostComputeService, state: BundleState, document: Readonly<Record<string, unknown>>, file: string, begun: () => Promise<void>): Promise<number> => {
  const process = readBundleProcess(new BundleDocument(document, file), state.kind);
  const parameters = process.parameters(false);
  checkDocument('ProcessParameters', parameters);
  const system = await service.openSystem(state.id);
  try {
    const held = await system.createProcess(parameters, {}, process.names);
    await begun();
    return await joinStreams(held, { terminal: process.terminal, guest: guestOf(state) });
  } finally {
    await system.close();
  }
};

/**
 * Starts a container when `waitForStart` says so, and gives its first process this process's streams; settles with
 * its exit code when the container has ended. A start that fails ends the container.
 */
export const holdContainer = async (service: HostComputeService, states: BundleStates, id: string, waitForStart: (start: () => Promise<void>) => Promise<() => Promise<void>>): Promise<number> => {
  const state = await states.read(id);
  const process = readBundleProcess(new BundleDocument(state.process, 'config.json', 'process'), state.kind);
  const parameters = process.parameters(true);
  checkDocument('ProcessParameters', parameters);
  const system = await service.openSystem(id);
  const started = Promise.withResolvers<ComputeProcess>();
  // Whoever starts hears of it too.
  started.promise.catch(() => undefined);
  try {
    const stopWaiting = await waitForStart(async () => {
      try {
        await system.start();
        const held = await system.createProcess(parameters, {}, process.names);
        await states.write({ ...(await states.read(id)), processId: held.processId });
        started.resolve(held);
      } catch (error) {
        await system.terminate().catch(() => undefined);
        started.reject(error);
        throw error;
      }
    });
    const held = await Promise.race([started.promise, system.exited]);
    const stopped = stopWaiting();
    if (!('processId' in held)) return neverStarted;
    const exitCode = await joinStreams(held, { terminal: process.terminal, guest: guestOf(state) });
    await endSystem(system);
    await within(answerPatienceMs, stopped);
    return exitCode;
  } finally {
    await system.close();
  }
};

const endSystem = async (system: ComputeSystem): Promise<void> => {
  // A Linux container has ended with its process.
  await system.shutDown().catch(() => system.terminate().catch(() => undefined));
  if (!(await within(shutDownPatienceMs, system.exited))) await system.terminate().catch(() => undefined);
};

/** Whether the work is done in that time. */
const within = async (patienceMs: number, work: Promise<unknown>): Promise<boolean> => {
  const patience = new AbortController();
  const late = delay(patienceMs, false, { signal: patience.signal }).catch(() => false);
  const done = await Promise.race([work.then(() => true), late]);
  patience.abort();
  return done;
};
