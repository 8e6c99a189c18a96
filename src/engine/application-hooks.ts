import { SiloError, isSiloError } from '../base/index.ts';
import type { ServiceHook } from '../application/index.ts';
import type { ContainerRecord } from '../core/index.ts';
import { membershipOf } from './application-labels.ts';
import type { Ports } from './ports.ts';
import { runProcess } from './processes.ts';
import { startContainer } from './start-container.ts';
import { stopContainer, type StopOutcome } from './stop-container.ts';

/** Of what a command wrote last, in the error that tells of its failure: characters. */
const toldLength = 200;

const run = async (ports: Ports, { id, name }: ContainerRecord, key: 'post_start' | 'pre_stop', hooks: readonly ServiceHook[], signal: AbortSignal | undefined): Promise<void> => {
  for (const { command, user, workingDirectory, environment } of hooks) {
    let said = '';
    const request = { command, user, workingDirectory, environment: Object.entries(environment).map(([variable, value]) => ({ name: variable, value })) };
    const { exitCode } = await runProcess(ports, id, request, { sink: (lines) => {
      said = `${said}${lines.map(({ text }) => text).join(' ')} `.slice(-toldLength);
      return Promise.resolve();
    } }, signal);
    if (exitCode !== 0) throw new SiloError('ContainerStartFailed', { args: { id: name, reason: `its command ${key} (${command[0] ?? ''}) ended with exit code ${exitCode ?? 'unknown'}${said.trim() === '' ? '' : `: ${said.trim()}`}` }, target: { kind: 'container', id } });
  }
};

const hooksOf = (ports: Ports, id: string): { readonly record: ContainerRecord; readonly postStart: readonly ServiceHook[]; readonly preStop: readonly ServiceHook[] } | undefined => {
  const record = ports.metadata.read((reader) => reader.container(id));
  const membership = record === undefined ? undefined : membershipOf(record);
  return record === undefined || membership === undefined ? undefined : { record, ...membership.hooks };
};

/**
 * Runs what a service says is to be run after the start of each of its containers; the container runs. Where that fails it is stopped, so
 * that the next start runs it again. Errors: ContainerStartFailed, and those of a process.
 */
export const runAfterStart = async (ports: Ports, id: string, signal: AbortSignal | undefined): Promise<void> => {
  const found = hooksOf(ports, id);
  if (found === undefined || found.postStart.length === 0) return;
  try {
    await run(ports, found.record, 'post_start', found.postStart, signal);
  } catch (error) {
    await stopContainer(ports, id);
    throw error;
  }
};

/** Starts a container of an application, and runs what its service says is to be run then; one that runs already is left as it is. Errors: those of a start, and of `runAfterStart`. */
export const startMember = async (ports: Ports, id: string, signal: AbortSignal | undefined): Promise<boolean> => {
  const { changed } = await startContainer(ports, id, signal);
  if (changed) await runAfterStart(ports, id, signal);
  return changed;
};

/**
 * Stops a container of an application, after what its service says is to be run before. The whole of that has the time that the container has
 * to end; what fails, or takes longer, keeps nothing from being stopped: the engine's log tells of it.
 */
export const stopMember = async (ports: Ports, id: string, options: { readonly timeoutSeconds?: number | undefined }, signal: AbortSignal | undefined): Promise<StopOutcome> => {
  const found = hooksOf(ports, id);
  if (found?.record.state === 'running' && found.preStop.length > 0) {
    const seconds = options.timeoutSeconds ?? found.record.spec.stopTimeoutSeconds;
    const patience = seconds < 0 ? [] : [AbortSignal.timeout(seconds * 1000)];
    try {
      await run(ports, found.record, 'pre_stop', found.preStop, AbortSignal.any([...patience, ...(signal === undefined ? [] : [signal])]));
    } catch (error) {
      if (signal?.aborted === true && isSiloError(error, 'OperationCancelled')) throw error;
      ports.log.warn({ err: error, container: id }, 'what a service runs before its stop failed; its container is stopped all the same');
    }
  }
  return stopContainer(ports, id, options, signal);
};
