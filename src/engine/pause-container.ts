import { SiloError } from '../base/index.ts';
import type { ContainerRecord } from '../core/index.ts';
import { withContainer } from './container-lock.ts';
import type { Ports } from './ports.ts';
import { technologyOf } from './technology.ts';

interface Outcome { readonly record: ContainerRecord; readonly changed: boolean }

const notRunning = (record: ContainerRecord): SiloError =>
  new SiloError('ContainerNotRunning', { args: { id: record.name, state: record.state }, target: { kind: 'container', id: record.id } });

/** Records the new state after the task has it: an engine that is killed between the two leaves a frozen task that its record does not know, which `settle` thaws. */
const note = async (ports: Ports, record: ContainerRecord, state: 'running' | 'paused', kind: string): Promise<Outcome> => {
  await ports.metadata.write((writer) => {
    writer.updateContainer(record.id, { state });
    writer.appendEvent({ time: ports.clock.now(), kind, subject: record.id, attributes: [{ name: 'name', value: record.name }] });
  });
  return { record: { ...record, state }, changed: true };
};

/** Freezes every process of a running container; a paused one is left as it is. */
export const pauseContainer = (ports: Ports, reference: string, signal?: AbortSignal): Promise<Outcome> =>
  withContainer(ports, reference, signal, async (record) => {
    if (record.state === 'paused') return { record, changed: false };
    if (record.state !== 'running') throw notRunning(record);
    await technologyOf(ports.isolations, record).runtime.pause(record.id);
    return note(ports, record, 'paused', 'container/pause');
  });

/** Thaws a paused container; a running one is left as it is. */
export const resumeContainer = (ports: Ports, reference: string, signal?: AbortSignal): Promise<Outcome> =>
  withContainer(ports, reference, signal, async (record) => {
    if (record.state === 'running') return { record, changed: false };
    if (record.state !== 'paused') throw notRunning(record);
    await technologyOf(ports.isolations, record).runtime.resume(record.id);
    return note(ports, record, 'running', 'container/resume');
  });
