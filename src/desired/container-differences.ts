import type { ContainerMount, ContainerRecord, Isolation, NameValue, PublishedPort, RegistryCredential, ResourceLimits, RestartPolicy } from '../core/index.ts';
import { expectedContainer, formatPublishedPort, parsePublishedPorts, type CreateRequest } from '../engine/index.ts';
import type { Difference, Work } from './desired.ts';
import { differingNames, sameSet } from './differing-names.ts';
import { isOutdated, type PullPolicy } from './wanted-image.ts';

/** A container as it shall be; what is left out is not managed. */
export interface ContainerWish extends Pick<CreateRequest, 'command' | 'entrypoint' | 'environment' | 'labels' | 'user' | 'workingDirectory' | 'hostName' | 'mounts' | 'mountCredentials' | 'readOnlyRoot' | 'privileged' | 'stopTimeoutSeconds' | 'ports'> {
  readonly name: string;
  readonly exist?: boolean | undefined;
  readonly image?: string | undefined;
  readonly resources: ResourceLimits;
  readonly restartPolicy?: RestartPolicy | undefined;
  /** None, Host, Container:<name>, or names of networks, of which the first leads out. */
  readonly networks?: readonly string[] | undefined;
  readonly isolation?: Isolation | undefined;
  readonly state?: 'running' | 'stopped' | undefined;
  readonly pull?: PullPolicy | undefined;
  readonly credential?: RegistryCredential | undefined;
  /** How long a container must run before its start counts. */
  readonly settleSeconds?: number | undefined;
  /** List that it belongs to. */
  readonly scope?: string | undefined;
}

/** Label that says which list a container belongs to. */
export const scopeLabel = 'silo.scope';

export const scopeOf = (record: ContainerRecord): string | undefined => record.spec.labels.find(({ name }) => name === scopeLabel)?.value;

export const withScope = (labels: readonly NameValue[], scope: string | undefined): readonly NameValue[] =>
  [...labels.filter(({ name }) => name !== scopeLabel), ...(scope === undefined ? [] : [{ name: scopeLabel, value: scope }])];

/** What the engine is asked to make, without name, networks and ports. */
export const requestOf = (wish: ContainerWish, image: string): Omit<CreateRequest, 'name' | 'network' | 'networks' | 'ports' | 'dnsServers' | 'dnsSearch' | 'dnsOptions' | 'domainName' | 'volumesFrom' | 'hostEntries'> => ({
  image, command: wish.command, entrypoint: wish.entrypoint, environment: wish.environment, labels: wish.labels, user: wish.user, workingDirectory: wish.workingDirectory, hostName: wish.hostName,
  resources: wish.resources, mounts: wish.mounts, mountCredentials: wish.mountCredentials, readOnlyRoot: wish.readOnlyRoot, privileged: wish.privileged, stopTimeoutSeconds: wish.stopTimeoutSeconds, restartPolicy: wish.restartPolicy,
});

/** The same for a comparison: where the wish names no command that of the container stands for it, since an image may have none. */
export const comparableRequest = (wish: ContainerWish, record: ContainerRecord): ReturnType<typeof requestOf> => ({
  ...requestOf(wish, wish.image ?? record.spec.imageReference),
  ...(wish.command === undefined && wish.entrypoint === undefined ? { entrypoint: record.spec.args, command: [] } : {}),
});

/** Names of the networks that a container belongs to, in order; None, Host, or Container:<name>. */
export const networksOf = ({ engine }: Work, record: ContainerRecord): readonly string[] => {
  switch (record.spec.network) {
    case 'none': return ['None'];
    case 'host': return ['Host'];
    case 'container': return engine.ports.metadata.read((reader) => [`Container:${reader.container(record.spec.networking?.containerId ?? '')?.name ?? ''}`]);
    default: return engine.ports.metadata.read((reader) => reader.endpointsOfContainer(record.id).flatMap(({ networkId }) => reader.network(networkId)?.name ?? []));
  }
};

/** Without regard to case, as networks are found; `default` is the network nat. */
export const networkKey = (name: string): string => (name.toLowerCase() === 'default' ? 'nat' : name.toLowerCase());

const portKey = (port: PublishedPort): string => formatPublishedPort(port);

const differingPorts = (wanted: readonly string[], actual: readonly PublishedPort[]): boolean => {
  const left = [...actual];
  const take = (matches: (port: PublishedPort) => boolean): boolean => {
    const index = left.findIndex(matches);
    if (index >= 0) left.splice(index, 1);
    return index >= 0;
  };
  const ports = parsePublishedPorts(wanted);
  const fixed = ports.filter(({ hostPort }) => hostPort !== 0).every((port) => take((other) => portKey(other) === portKey(port)));
  // A port that was to be free was given a number when the container was made.
  const free = ports.filter(({ hostPort }) => hostPort === 0).every((port) => take((other) => portKey({ ...other, hostPort: 0 }) === portKey(port)));
  return !fixed || !free || left.length > 0;
};

const mountKey = ({ kind, source, target, readOnly, propagation, sizeBytes, mode, noCopy, subPath, userName, requirePrivacy, userId, groupId }: ContainerMount): string => {
  // Volumes of the container's own have ids of 64 hex digits.
  const ownVolume = kind === 'volume' && /^[0-9a-f]{64}$/.test(source);
  return JSON.stringify([kind, ownVolume ? '' : source, target, readOnly, propagation ?? null, sizeBytes ?? null, mode ?? null, noCopy ?? null, subPath ?? null, userName ?? null, requirePrivacy ?? false, userId ?? null, groupId ?? null]);
};

const resourceNames = ['memoryBytes', 'cpuCount', 'cpuWeight', 'processCount', 'memorySwapBytes', 'cpuSet', 'blockIoWeight'] as const satisfies readonly (keyof ResourceLimits)[];

const policyNames = { no: 'No', 'on-failure': 'OnFailure', always: 'Always', 'unless-stopped': 'UnlessStopped' } as const;

const shown = (value: string | number | boolean | undefined): string => (value === undefined || value === '' ? 'not set' : String(value));

/** What of a container is not as wished. Values of variables are not told: they may be secrets. */
export const containerDifferences = async (work: Work, wish: ContainerWish, record: ContainerRecord): Promise<readonly Difference[]> => {
  const { ports, configs } = work.engine;
  const { image, spec } = await expectedContainer(ports, configs, comparableRequest(wish, record), record);
  const found: Difference[] = [];
  const add = (property: string, change: Difference['change'], reason: string): void => { found.push({ property, change, reason }); };
  const compare = (property: keyof ContainerWish & ('user' | 'workingDirectory' | 'hostName' | 'readOnlyRoot' | 'privileged' | 'stopTimeoutSeconds')): void => {
    if (wish[property] !== undefined && spec[property] !== record.spec[property]) add(property, 'Recreate', `it is ${shown(record.spec[property])} and shall be ${shown(spec[property])}`);
  };

  if (wish.image !== undefined) {
    if (image === undefined) {
      const asked = await ports.registry.parseReference(wish.image);
      const same = record.spec.imageReference.includes(asked.repository) && (asked.tag === undefined || record.spec.imageReference.endsWith(`:${asked.tag}`));
      if (!same) add('image', 'Recreate', `it was made from ${record.spec.imageReference}, and ${wish.image} is not on this host yet`);
    } else if (image.manifestDigest !== record.manifestDigest) {
      add('image', 'Recreate', image.reference === record.spec.imageReference ? `${wish.image} names another image now (${image.manifestDigest})` : `it was made from ${record.spec.imageReference}`);
    } else if (wish.pull === 'Always' && await isOutdated(work, image, wish.image, wish.credential)) {
      add('image', 'Recreate', `the registry has another image under ${wish.image} now`);
    }
  }
  if ((wish.command !== undefined || wish.entrypoint !== undefined) && JSON.stringify(spec.args) !== JSON.stringify(record.spec.args)) {
    add(wish.command === undefined ? 'entrypoint' : 'command', 'Recreate', `it runs ${JSON.stringify(record.spec.args)} and shall run ${JSON.stringify(spec.args)}`);
  }
  if (wish.environment !== undefined) {
    const names = differingNames(spec.environment, record.spec.environment, record.spec.os === 'windows' ? (name) => name.toUpperCase() : undefined);
    if (names.length > 0) add('environment', 'Recreate', `these variables differ: ${names.join(', ')}`);
  }
  if (wish.labels !== undefined) {
    const names = differingNames(withScope(spec.labels, undefined), withScope(record.spec.labels, undefined));
    if (names.length > 0) add('labels', 'InPlace', `these labels differ: ${names.join(', ')}`);
  }
  if (wish.scope !== undefined && scopeOf(record) !== wish.scope) add('scope', 'InPlace', `it does not belong to the list ${wish.scope} yet`);
  if (wish.mounts !== undefined && !sameSet(spec.mounts.map(mountKey), record.spec.mounts.map(mountKey))) {
    const targets = differingNames(spec.mounts.map((mount) => ({ name: mount.target, value: mountKey(mount) })), record.spec.mounts.map((mount) => ({ name: mount.target, value: mountKey(mount) })));
    add('mounts', 'Recreate', `the mounts at ${targets.join(', ')} differ`);
  }
  for (const property of ['user', 'workingDirectory', 'hostName', 'readOnlyRoot', 'privileged', 'stopTimeoutSeconds'] as const) compare(property);
  if (wish.ports !== undefined) {
    const actual = record.spec.networking?.ports ?? [];
    if (differingPorts(wish.ports, actual)) add('ports', 'Recreate', `it publishes ${actual.map(formatPublishedPort).join(', ') || 'none'} and shall publish ${wish.ports.join(', ') || 'none'}`);
  }
  if (wish.networks !== undefined) {
    const actual = networksOf(work, record);
    const [left, right] = [actual.map(networkKey), wish.networks.map(networkKey)];
    if (!sameSet(left, right) || left[0] !== right[0]) {
      const isNamed = (names: readonly string[]): boolean => !names.some((name) => ['none', 'host'].includes(name) || name.startsWith('container:'));
      add('networks', isNamed(left) && isNamed(right) && left[0] === right[0] ? 'InPlace' : 'Recreate', `it is on ${actual.join(', ')} and shall be on ${wish.networks.join(', ')}`);
    }
  }
  if (wish.isolation !== undefined && wish.isolation !== record.isolation) add('isolation', 'Restart', `it is ${record.isolation} and shall be ${wish.isolation}`);
  for (const name of resourceNames) {
    if (wish.resources[name] !== undefined && wish.resources[name] !== record.spec.resources[name]) add(name, 'InPlace', `it is ${shown(record.spec.resources[name])} and shall be ${wish.resources[name]}`);
  }
  if (wish.restartPolicy !== undefined) {
    const [wanted, actual] = [wish.restartPolicy, record.spec.restartPolicy ?? { name: 'no' as const }];
    if (wanted.name !== actual.name) add('restartPolicy', 'InPlace', `it is ${policyNames[actual.name]} and shall be ${policyNames[wanted.name]}`);
    else if (wanted.maximumRetries !== actual.maximumRetries) add('maximumRetries', 'InPlace', `it is ${shown(actual.maximumRetries)} and shall be ${shown(wanted.maximumRetries)}`);
  }
  const running = record.state === 'running';
  if (wish.state === 'running' && !running) add('state', 'InPlace', `it is ${record.state} and shall run`);
  if (wish.state === 'stopped' && (running || record.state === 'paused' || record.state === 'starting')) add('state', 'InPlace', `it is ${record.state} and shall not run`);
  return found;
};
