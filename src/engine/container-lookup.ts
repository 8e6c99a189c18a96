import { SiloError } from '../base/index.ts';
import type { ContainerRecord, MetadataReader } from '../core/index.ts';

const shortestPrefix = 4;

/**
 * Finds a container by id, name, or the beginning of an id; with a leading slash by its name alone, as
 * Docker writes names: no name that was mistyped can then be taken for an id. @throws SiloError ContainerNotFound, IdAmbiguous
 */
export const findContainer = (reader: MetadataReader, reference: string): ContainerRecord => {
  if (reference.startsWith('/')) {
    const name = reference.slice(1);
    const named = reader.containerByName(name);
    if (named === undefined) throw new SiloError('ContainerNotFound', { args: { id: name }, target: { kind: 'container', id: name } });
    return named;
  }
  const found = reader.container(reference) ?? reader.containerByName(reference);
  if (found !== undefined) return found;
  const target = { kind: 'container', id: reference } as const;
  if (reference.length >= shortestPrefix && /^[0-9a-f]{1,63}$/.test(reference)) {
    const ids = reader.containerIdsByPrefix(reference);
    if (ids.length > 1) throw new SiloError('IdAmbiguous', { args: { id: reference }, target });
    const byPrefix = ids[0] === undefined ? undefined : reader.container(ids[0]);
    if (byPrefix !== undefined) return byPrefix;
  }
  throw new SiloError('ContainerNotFound', { args: { id: reference }, target });
};
