import { SiloError } from '../base/index.ts';
import type { ContainerRecord, ResourceLimits, RestartPolicy } from '../core/index.ts';
import { withContainer } from './container-lock.ts';
import { checkResources } from './container-settings.ts';
import { platformOf } from './platform-of.ts';
import type { Ports } from './ports.ts';
import { renewShareCredential, type ShareCredential } from './shares.ts';
import { technologyOf } from './technology.ts';

export interface ContainerUpdate {
  readonly resources: ResourceLimits;
  readonly restartPolicy?: RestartPolicy | undefined;
  /** Another password for the SMB shares that it mounts with that account. */
  readonly shareCredential?: ShareCredential | undefined;
}

/**
 * Changes what can be changed of a container without making it anew: limits at once where it runs, and for
 * every later start. What is not given stays. A limit that the host refuses changes nothing.
 */
export const updateContainer = (ports: Ports, reference: string, update: ContainerUpdate, signal?: AbortSignal): Promise<ContainerRecord> =>
  withContainer(ports, reference, signal, async (record) => {
    if (record.spec.autoRemove && update.restartPolicy !== undefined && update.restartPolicy.name !== 'no') {
      throw new SiloError('ParameterInvalid', { args: { parameter: 'restartPolicy', reason: 'a container that is removed when it ends cannot be started again' }, target: { kind: 'container', id: record.id } });
    }
    const resources = { ...record.spec.resources, ...update.resources };
    platformOf(record.spec.os).checkOptions({ resources: update.resources });
    checkResources(resources);
    await technologyOf(ports.isolations, record).runtime.checkSettings?.(update.resources, {});
    const { memoryBytes, memorySwapBytes } = resources;
    // The kernel counts memory and swap together: who changes one sets both.
    const memory = update.resources.memoryBytes === undefined && update.resources.memorySwapBytes === undefined ? {} : { ...(memoryBytes === undefined ? {} : { memoryBytes }), ...(memorySwapBytes === undefined ? {} : { memorySwapBytes }) };
    const running = record.state === 'running' || record.state === 'paused';
    if (running && Object.keys(update.resources).length > 0) await technologyOf(ports.isolations, record).runtime.update(record.id, { ...update.resources, ...memory });
    if (update.shareCredential !== undefined) await renewShareCredential(ports, record, update.shareCredential);
    const spec = { ...record.spec, resources, ...(update.restartPolicy === undefined ? {} : { restartPolicy: update.restartPolicy }) };
    await ports.metadata.write((writer) => {
      writer.updateContainer(record.id, { spec });
      writer.appendEvent({ time: ports.clock.now(), kind: 'container/update', subject: record.id, attributes: [{ name: 'name', value: record.name }] });
    });
    // The supervisor may not have been needed until now.
    if (running && update.restartPolicy !== undefined && update.restartPolicy.name !== 'no') await ports.supervisor.ensure();
    return { ...record, spec };
  });
