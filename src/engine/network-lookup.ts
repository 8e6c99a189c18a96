import { SiloError } from '../base/index.ts';
import type { MetadataReader, NetworkRecord } from '../core/index.ts';

const shortestPrefix = 4;

/** Finds a network by id, name, or the beginning of an id. @throws SiloError NetworkNotFound, IdAmbiguous */
export const findNetwork = (reader: MetadataReader, reference: string): NetworkRecord => {
  const found = reader.network(reference) ?? reader.networkByName(reference);
  if (found !== undefined) return found;
  const target = { kind: 'network', id: reference } as const;
  if (reference.length >= shortestPrefix && /^[0-9a-f]{1,63}$/.test(reference)) {
    const [match, another] = reader.networks().filter(({ id }) => id.startsWith(reference));
    if (another !== undefined) throw new SiloError('IdAmbiguous', { args: { id: reference }, target });
    if (match !== undefined) return match;
  }
  throw new SiloError('NetworkNotFound', { args: { id: reference }, target });
};
