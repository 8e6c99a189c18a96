/** A container that an application should have. */
export interface WantedReplica {
  readonly service: string;
  readonly replica: number;
  readonly name: string;
  readonly hash: string;
}

/** A container that an application has. */
export interface ExistingReplica {
  readonly id: string;
  readonly service: string;
  readonly replica: number;
  readonly name: string;
  readonly hash: string;
}

export interface ReplicaStep {
  readonly action: 'Create' | 'Recreate' | 'Keep' | 'Remove' | 'Orphan';
  readonly service: string;
  readonly name: string;
  /** The container that is there; undefined where there is none. */
  readonly id: string | undefined;
  readonly wanted: WantedReplica | undefined;
  readonly reason: string;
}

/**
 * What to do so that an application has the containers that it should. `known` are all services of its files,
 * those of profiles that are off too: the containers of others are orphans.
 */
export const planReplicas = (wanted: readonly WantedReplica[], existing: readonly ExistingReplica[], known: ReadonlySet<string>): readonly ReplicaStep[] => {
  const steps: ReplicaStep[] = [];
  const used = new Set<string>();
  for (const replica of wanted) {
    const same = existing.filter(({ id, service, replica: number }) => !used.has(id) && service === replica.service && number === replica.replica);
    const found = same.find(({ name, hash }) => name === replica.name && hash === replica.hash) ?? same[0];
    const base = { service: replica.service, name: replica.name, id: found?.id, wanted: replica };
    if (found === undefined) steps.push({ ...base, action: 'Create', reason: 'it is not there' });
    else if (found.hash !== replica.hash) steps.push({ ...base, action: 'Recreate', reason: 'its configuration or its image differs' });
    else if (found.name !== replica.name) steps.push({ ...base, action: 'Recreate', reason: `its name was ${found.name}` });
    else steps.push({ ...base, action: 'Keep', reason: 'it is as it should be' });
    if (found !== undefined) used.add(found.id);
  }
  const services = new Set(wanted.map(({ service }) => service));
  for (const { id, service, name } of existing) {
    if (used.has(id)) continue;
    const base = { service, name, id, wanted: undefined };
    if (services.has(service)) steps.push({ ...base, action: 'Remove', reason: 'the service has fewer replicas' });
    else if (!known.has(service)) steps.push({ ...base, action: 'Orphan', reason: 'no file names its service' });
  }
  return steps;
};
