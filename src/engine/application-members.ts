import { SiloError, isSiloError } from '../base/index.ts';
import { checkProjectName } from '../application/index.ts';
import type { ContainerRecord, MetadataReader, NetworkRecord } from '../core/index.ts';
import { applicationOf, membershipOf, type Membership } from './application-labels.ts';
import type { Ports } from './ports.ts';

export interface Member {
  readonly record: ContainerRecord;
  readonly membership: Membership;
}

/** Containers of an application, by service and replica. */
export const membersOf = (reader: MetadataReader, application: string): readonly Member[] =>
  reader.containers().flatMap((record) => {
    const membership = membershipOf(record);
    return membership?.application === application ? [{ record, membership }] : [];
  }).sort((a, b) => (a.membership.service === b.membership.service ? a.membership.replica - b.membership.replica : a.membership.service < b.membership.service ? -1 : 1));

export const networksOf = (reader: MetadataReader, application: string): readonly NetworkRecord[] => reader.networks().filter((network) => applicationOf(network) === application);

const lockName = (application: string): string => `application-${application}`;

/** Time for which a change waits for another engine's change of the same application. */
const patienceMs = 30_000;

/** Runs `body` as the only one who changes the application. Its lock comes before those of its containers. Errors: ApplicationBusy. */
export const withApplication = async <T>(ports: Ports, application: string, signal: AbortSignal | undefined, body: () => Promise<T>): Promise<T> => {
  checkProjectName(application);
  let lock;
  try {
    lock = await ports.locks.acquire(lockName(application), { timeoutMs: patienceMs, ...(signal === undefined ? {} : { signal }) });
  } catch (error) {
    if (isSiloError(error, 'StoreBusy') || isSiloError(error, 'ContainerBusy')) throw new SiloError('ApplicationBusy', { args: { name: application }, target: { kind: 'application', id: application }, cause: error });
    throw error;
  }
  try {
    return await body();
  } finally {
    await lock.release();
  }
};

export const applicationNotFound = (name: string): SiloError => new SiloError('ApplicationNotFound', { args: { name }, target: { kind: 'application', id: name } });
