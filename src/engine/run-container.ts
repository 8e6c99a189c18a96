import { isSiloError } from '../base/index.ts';
import type { ContainerRecord, Isolation, LogLine } from '../core/index.ts';
import type { CreateRequest } from './container-spec.ts';
import { createContainer, type Created } from './create-container.ts';
import type { ImageConfigs } from './image-configs.ts';
import { followLog, holdingLog, type OutputOptions } from './follow-log.ts';
import type { Ports } from './ports.ts';
import { removeContainer } from './remove-container.ts';
import { startContainer } from './start-container.ts';
import { stopContainer } from './stop-container.ts';
import { waitContainer } from './wait-container.ts';

/** Takes a batch of lines; settles when more may come. */
export type LineSink = (lines: readonly LogLine[]) => Promise<void>;

/**
 * Creates and starts a container, hands its output to `sink`, and waits for its end. When it is cancelled
 * or its time is up the container is stopped, and removed where it asked for that.
 */
export const runContainer = async (
  ports: Ports, configs: ImageConfigs,
  request: CreateRequest & { readonly isolation?: Isolation | undefined },
  options: OutputOptions & { readonly timeoutSeconds?: number | undefined },
  signal?: AbortSignal,
): Promise<Pick<Created, 'record' | 'warning'>> => {
  const { record: created, warning } = await createContainer(ports, configs, request, signal);
  // Held by this engine, and only while it lives: the supervisor leaves the container to whoever reads its output.
  const attachment = await ports.locks.acquire(attachmentLockName(created.id));
  try {
    return { record: await holdingLog(ports, created.id, options, () => runCreated(ports, created, options, signal)), warning };
  } finally {
    await ports.locks.forget(attachmentLockName(created.id));
    await attachment.release();
  }
};

/** Reason of an abort that means: the client went away. */
export const disconnected = 'disconnected';

export const attachmentLockName = (id: string): string => `attached-${id}`;

const runCreated = async (
  ports: Ports, created: ContainerRecord,
  options: OutputOptions & { readonly timeoutSeconds?: number | undefined },
  signal: AbortSignal | undefined,
): Promise<ContainerRecord> => {
  try {
    await startContainer(ports, created.id, signal);
  } catch (error) {
    // docker run leaves a container that could not start for inspection, unless it was to be removed.
    if (created.spec.autoRemove || isSiloError(error, 'OperationCancelled')) await removeContainer(ports, created.id, { force: true });
    throw error;
  }
  const ended = new AbortController();
  const following = followLog(ports, ports.files.paths(created.id).logPath, ended.signal, options, signal);
  // Awaited below, where the container's own end is known; until then a failure must not count as unheard of.
  following.catch(() => undefined);
  try {
    const record = await waitContainer(ports, created.id, { timeoutSeconds: options.timeoutSeconds }, signal);
    ended.abort();
    await following;
    if (created.spec.autoRemove) await removeContainer(ports, created.id, { force: true });
    return record;
  } catch (error) {
    ended.abort();
    // A client that is gone has not asked for the container's end: it runs on, as with every other cmdlet.
    if (signal?.reason === disconnected) throw error;
    await stopContainer(ports, created.id).catch(ignoreMissing);
    if (created.spec.autoRemove) await removeContainer(ports, created.id, { force: true });
    throw error;
  }
};

const ignoreMissing = (error: unknown): void => { if (!isSiloError(error, 'ContainerNotFound')) throw error; };
