import { SiloError } from '../base/index.ts';
import type { ContainerRecord } from '../core/index.ts';
import { withContainer } from './container-lock.ts';
import { checkContainerName } from './container-name.ts';
import type { Ports } from './ports.ts';

/** Gives a container another name, running or not; its id, and its host name, stay. Errors: ContainerNameInUse, ContainerNameInvalid. */
export const renameContainer = (ports: Ports, reference: string, newName: string, signal?: AbortSignal): Promise<ContainerRecord> => {
  const name = checkContainerName(newName);
  return withContainer(ports, reference, signal, async (record) => {
    if (record.name === name) return record;
    await ports.metadata.write((writer) => {
      const owner = writer.containerByName(name);
      if (owner !== undefined) throw new SiloError('ContainerNameInUse', { args: { name, owner: owner.id.slice(0, 12) }, target: { kind: 'container', id: name } });
      writer.updateContainer(record.id, { name });
      writer.appendEvent({ time: ports.clock.now(), kind: 'container/rename', subject: record.id, attributes: [{ name: 'oldName', value: record.name }, { name: 'name', value: name }] });
    });
    return { ...record, name };
  });
};
