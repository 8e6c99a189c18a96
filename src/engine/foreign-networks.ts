import { createHash } from 'node:crypto';
import { SiloError } from '../base/index.ts';
import type { ForeignNetwork, MetadataReader, MetadataWriter, NetworkRecord } from '../core/index.ts';
import type { Ports } from './ports.ts';

/** The same in every store, before and after it has a row there. */
const foreignId = (name: string): string => createHash('sha256').update(`foreign network ${name.toLowerCase()}`).digest('hex');

/** What a row of a foreign network says; the file says the rest. */
export const foreignRecord = ({ name, file, changedAt }: ForeignNetwork): NetworkRecord => ({
  id: foreignId(name), name, driver: 'foreign', subnets: [], parentInterface: undefined, vlanId: undefined, mtu: undefined, dnsServers: [], dnsSuffix: undefined, hostId: file, labels: [], createdAt: changedAt,
});

/** By name, whatever its case, or by its whole id. */
export const findForeign = (foreign: readonly ForeignNetwork[], reference: string): ForeignNetwork | undefined =>
  foreign.find(({ name }) => name.toLowerCase() === reference.toLowerCase() || foreignId(name) === reference);

const invalid = (name: string, file: string, reason: string): SiloError => new SiloError('NetworkConfigInvalid', { args: { file, reason }, target: { kind: 'network', id: name } });

/** @throws SiloError NetworkConfigInvalid */
const adopt = (writer: MetadataWriter, foreign: readonly ForeignNetwork[], reference: string): void => {
  const row = writer.network(reference) ?? writer.networkByName(reference);
  const found = findForeign(foreign, row?.name ?? reference);
  if (found === undefined) {
    if (row?.driver === 'foreign') throw invalid(row.name, row.hostId ?? row.name, 'it is not there any more');
    return;
  }
  if (found.problem !== undefined) throw invalid(found.name, found.file, found.problem);
  if (row !== undefined && row.driver !== 'foreign') throw invalid(found.name, found.file, `Silo's own network ${row.id.slice(0, 12)} has the name '${row.name}' too; rename or remove one of them`);
  if (row === undefined) writer.insertNetwork(foreignRecord(found));
  else if (row.hostId !== found.file) writer.updateNetwork({ ...row, hostId: found.file });
};

/**
 * Gives the foreign networks among those that a request names a row, so that containers can belong to them as to any
 * other. Answers all that the host has. @throws SiloError NetworkConfigInvalid
 */
export const adoptNetworks = async (ports: Ports, references: readonly (string | undefined)[], signal?: AbortSignal): Promise<readonly ForeignNetwork[]> => {
  const named = references.filter((reference) => reference !== undefined);
  if (named.length === 0) return [];
  const foreign = await ports.network.foreignNetworks();
  if (foreign.length > 0 || ports.metadata.read((reader) => reader.networks().some(({ driver }) => driver === 'foreign'))) await ports.metadata.write((writer) => { for (const reference of named) adopt(writer, foreign, reference); }, signal);
  return foreign;
};

/** Whether a row stands for a configuration that is gone, and nobody belongs to it. */
export const isForsaken = (reader: MetadataReader, { id, name, driver }: NetworkRecord, foreign: readonly ForeignNetwork[]): boolean =>
  driver === 'foreign' && findForeign(foreign, name) === undefined && reader.endpointsOfNetwork(id).length === 0;

/** What hinders the use of a foreign network, in words. */
export const foreignProblem = (reader: MetadataReader, { name, driver, hostId }: NetworkRecord, foreign: readonly ForeignNetwork[]): string | undefined => {
  if (driver !== 'foreign') return undefined;
  const found = findForeign(foreign, name);
  if (found === undefined) return `the file ${hostId ?? ''} is not there any more`;
  const twin = reader.networkByName(name);
  return found.problem ?? (twin === undefined || twin.driver === 'foreign' ? undefined : `Silo's own network ${twin.id.slice(0, 12)} has the name too`);
};
