import { applicationOf, membershipOf } from './application-labels.ts';
import { applicationNotFound, membersOf, networksOf, type Member } from './application-members.ts';
import { lookAt } from './list-containers.ts';
import type { Ports } from './ports.ts';

export interface ServiceStatus {
  readonly name: string;
  readonly replicas: number;
  readonly running: number;
  /** Undefined where no container of it has health checks. */
  readonly healthy: number | undefined;
}

export interface ApplicationStatus {
  readonly name: string;
  /** running: every container runs, but for those that ended with exit code 0. */
  readonly state: 'running' | 'partial' | 'stopped';
  readonly services: readonly ServiceStatus[];
  readonly containers: readonly string[];
  readonly networks: readonly string[];
  readonly createdAt: Date | undefined;
}

/** Applications by name, or those that are named: what their containers and networks say. Errors: ApplicationNotFound. */
export const listApplications = async (ports: Ports, names: readonly string[] | undefined): Promise<readonly ApplicationStatus[]> => {
  const known = ports.metadata.read((reader) => new Set([...reader.containers().flatMap((record) => membershipOf(record)?.application ?? []), ...reader.networks().flatMap((network) => applicationOf(network) ?? [])]));
  const missing = names?.find((name) => !known.has(name));
  if (missing !== undefined) throw applicationNotFound(missing);
  const statuses: ApplicationStatus[] = [];
  for (const name of names ?? [...known].sort()) statuses.push(await statusOf(ports, name));
  return statuses;
};

export const statusOf = async (ports: Ports, name: string): Promise<ApplicationStatus> => {
  const { members, networks } = ports.metadata.read((reader) => ({ members: membersOf(reader, name), networks: networksOf(reader, name) }));
  const live: Member[] = [];
  for (const member of members) {
    const found = await lookAt(ports, member.record);
    if (found !== undefined) live.push({ ...member, record: found.record });
  }
  const services = [...new Set(live.map(({ membership }) => membership.service))].map((service): ServiceStatus => {
    const own = live.filter(({ membership }) => membership.service === service).map(({ record }) => record);
    const checked = own.filter(({ spec }) => spec.healthCheck !== undefined);
    return { name: service, replicas: own.length, running: own.filter(({ state }) => state === 'running').length, healthy: checked.length === 0 ? undefined : checked.filter(({ state, life }) => state === 'running' && life.health?.status === 'healthy').length };
  });
  const runs = live.filter(({ record }) => record.state === 'running' || record.state === 'paused').length;
  const done = live.filter(({ record }) => record.state === 'exited' && record.exitCode === 0).length;
  const [first] = [...live].sort((a, b) => a.record.createdAt.getTime() - b.record.createdAt.getTime());
  return {
    name, state: runs === 0 ? 'stopped' : runs + done === live.length ? 'running' : 'partial', services,
    containers: live.map(({ record }) => record.name), networks: networks.map((network) => network.name), createdAt: first?.record.createdAt ?? networks[0]?.createdAt,
  };
};
