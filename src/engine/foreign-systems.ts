import { SiloError, isSiloError } from '../base/index.ts';
import type { ForeignSystem } from '../core/index.ts';
import type { Ports } from './ports.ts';

/** Containers and utility VMs of this host that Silo did not make, by owner and id. They are only looked at. */
export const listForeignSystems = async (ports: Ports): Promise<readonly ForeignSystem[]> => {
  const own = new Set(ports.metadata.read((reader) => reader.containers()).map(({ id }) => id));
  const key = ({ owner, id }: ForeignSystem): string => `${owner} ${id}`;
  return [...await ports.foreign?.list() ?? []].filter(({ id }) => !own.has(id)).sort((a, b) => (key(a) < key(b) ? -1 : 1));
};

const shortestPrefix = 12;

/** An error that says there is no such container becomes ContainerUnmanaged where somebody else has one of that id or name. */
export const explainMissing = async (ports: Ports, error: unknown): Promise<unknown> => {
  if (!isSiloError(error, 'ContainerNotFound')) return error;
  const reference = String(error.args['id'] ?? '');
  // Looking at others must not hide what was wrong.
  const foreign = await listForeignSystems(ports).catch((): readonly ForeignSystem[] => []);
  const found = foreign.find(({ id, name }) => id === reference || name === reference || (reference.length >= shortestPrefix && id.startsWith(reference)));
  if (found === undefined) return error;
  return new SiloError('ContainerUnmanaged', { args: { id: found.name ?? found.id, owner: found.owner || 'somebody else' }, target: { kind: 'container', id: found.id } });
};
