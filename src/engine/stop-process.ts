import { SiloError, isSiloError } from '../base/index.ts';
import type { ProcessRecord } from '../core/index.ts';
import { findContainer } from './container-lookup.ts';
import { platformOf } from './platform-of.ts';
import type { Ports } from './ports.ts';
import { waitProcess } from './processes.ts';
import { killSignal } from './signals.ts';
import { technologyOf } from './technology.ts';

const defaultSeconds = 10;
const killPatienceSeconds = 30;

/** Asks a further process of a container to end, and ends it when it has not done so in time. One that has ended is left as it is. */
export const stopProcess = async (
  ports: Ports, reference: string, processId: string,
  options: { readonly timeoutSeconds?: number | undefined; readonly force?: boolean | undefined; readonly stopSignal?: string | undefined } = {},
  signal?: AbortSignal,
): Promise<ProcessRecord> => {
  const { container, process } = ports.metadata.read((reader) => {
    const found = findContainer(reader, reference);
    return { container: found, process: reader.process(found.id, processId) };
  });
  if (process === undefined) throw new SiloError('ProcessNotFound', { args: { id: processId, container: reference }, target: { kind: 'process', id: processId } });
  const { runtime } = technologyOf(ports.isolations, container);
  const { folder } = ports.files.processPaths(container.id, processId);
  if (options.force !== true) {
    await runtime.killExec(container.id, folder, platformOf(container.spec.os).signalNumber(options.stopSignal ?? container.spec.stopSignal));
    try {
      return await waitProcess(ports, container.id, processId, options.timeoutSeconds ?? defaultSeconds, signal);
    } catch (error) {
      if (!isSiloError(error, 'OperationTimedOut')) throw error;
    }
  }
  await runtime.killExec(container.id, folder, killSignal);
  return waitProcess(ports, container.id, processId, killPatienceSeconds, signal);
};
