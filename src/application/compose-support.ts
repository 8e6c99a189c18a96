import { isMap } from './merge-service.ts';

/** Keys of the compose specification that mean nothing here, for one reason. */
interface UnsupportedKeys {
  /** Ignored: the file works without it, and the user is told. Refused: an application would be another one without it. */
  readonly treatment: 'ignored' | 'refused';
  /** Part of a sentence. */
  readonly reason: string;
  /** Places in a file; `*` stands for a name, or the number of an entry. */
  readonly keys: readonly string[];
}

const below = (place: string, ...names: readonly string[]): readonly string[] => names.map((name) => `${place}.${name}`);
const service = (...names: readonly string[]): readonly string[] => below('services.*', ...names);

/** Every key of the specification stands here, or is supported: a test holds this to the published schema. */
export const unsupportedKeys = {
  watching: { treatment: 'ignored', reason: 'nothing is watched once it is applied', keys: service('develop') },
  attaching: { treatment: 'ignored', reason: 'no output is attached; logs keep it', keys: service('attach') },
  annotations: { treatment: 'ignored', reason: 'no runtime of Silo reads them', keys: service('annotations') },
  clusters: { treatment: 'ignored', reason: 'it speaks of clusters, and this is one host', keys: service('deploy.endpoint_mode', 'deploy.labels', 'deploy.placement', 'deploy.rollback_config', 'deploy.update_config') },
  reservations: { treatment: 'ignored', reason: 'memory and processors are limited, not reserved', keys: service('mem_reservation', 'deploy.resources.reservations.cpus', 'deploy.resources.reservations.memory') },
  pauses: { treatment: 'ignored', reason: 'the time between two starts grows by itself', keys: service('deploy.restart_policy.delay', 'deploy.restart_policy.window') },
  buildCache: { treatment: 'ignored', reason: "steps are taken from the store's own cache", keys: service('build.cache_from', 'build.cache_to') },
  attestations: { treatment: 'ignored', reason: 'no attestations are made', keys: service('build.provenance', 'build.sbom') },
  consistency: { treatment: 'ignored', reason: "folders of the host are the host's own, with no copy between", keys: service('volumes.*.consistency') },
  otherLabels: { treatment: 'ignored', reason: 'what has no record of its own has no labels', keys: [...service('volumes.*.volume.labels'), 'secrets.*.labels', 'configs.*.labels'] },

  makersDevices: { treatment: 'refused', reason: 'devices are given by their paths (devices)', keys: service('gpus', 'device_cgroup_rules', 'deploy.resources.reservations.devices', 'deploy.resources.reservations.generic_resources') },
  models: { treatment: 'refused', reason: 'nobody here runs models', keys: ['models', ...service('models')] },
  providers: { treatment: 'refused', reason: 'services are containers, and nothing else is started for one', keys: service('provider') },
  daemonSocket: { treatment: 'refused', reason: 'there is no daemon whose socket could be given', keys: service('use_api_socket') },
  keptByClusters: { treatment: 'refused', reason: 'only clusters keep it: give a file, a variable or the content', keys: [...below('secrets.*', 'external', 'driver', 'driver_opts', 'template_driver'), ...below('configs.*', 'external', 'template_driver')] },
  runtimes: { treatment: 'refused', reason: 'the isolation decides the runtime (isolation)', keys: service('runtime') },
  controlGroups: { treatment: 'refused', reason: 'every container has a control group of its own', keys: service('cgroup', 'cgroup_parent') },
  processors: { treatment: 'refused', reason: 'processors are limited by cpus, cpu_shares and cpuset', keys: service('cpu_count', 'cpu_percent', 'cpu_rt_period', 'cpu_rt_runtime') },
  swapping: { treatment: 'refused', reason: 'swap is limited by memswap_limit', keys: service('mem_swappiness') },
  operations: { treatment: 'refused', reason: 'devices are limited by bytes a second, and weighed together', keys: below('services.*.blkio_config', 'device_read_iops', 'device_write_iops', 'weight_device') },
  hostNames: { treatment: 'refused', reason: 'a container has its own host name (hostname)', keys: service('uts') },
  externalLinks: { treatment: 'refused', reason: 'containers find each other by their names on a network of both', keys: service('external_links') },
  refreshing: { treatment: 'refused', reason: 'pull_policy is always, missing, never or build', keys: service('pull_refresh_after') },
  registryKeys: { treatment: 'refused', reason: 'give the file, or a config', keys: service('credential_spec.registry') },
  buildSettings: {
    treatment: 'refused', reason: 'a step of a build has no such setting',
    keys: [...service(...below('build', 'additional_contexts', 'entitlements', 'extra_hosts', 'isolation', 'platforms', 'privileged', 'shm_size', 'ssh', 'ulimits')), ...service(...below('build.secrets.*', 'uid', 'gid', 'mode'))],
  },
  imageMounts: { treatment: 'refused', reason: 'images are run, and not mounted', keys: service('volumes.*.image') },
  interfaces: { treatment: 'refused', reason: 'interfaces are named and set up by the network', keys: below('services.*.networks.*', 'interface_name', 'link_local_ips', 'driver_opts') },
  addressRanges: { treatment: 'refused', reason: 'addresses are taken from the whole subnet, those first that a service names', keys: [...below('networks.*.ipam.config.*', 'ip_range', 'aux_addresses'), 'networks.*.ipam.options'] },
} as const satisfies Readonly<Record<string, UnsupportedKeys>>;

const groups: readonly UnsupportedKeys[] = Object.values(unsupportedKeys);

/** Names of keys that stand directly at a place, with what becomes of them. */
export const unsupportedAt = (place: string): readonly (readonly [name: string, treatment: UnsupportedKeys['treatment']])[] =>
  groups.flatMap(({ treatment, keys }) => keys.flatMap((key) => {
    const at = key.lastIndexOf('.');
    return (at < 0 ? '' : key.slice(0, at)) === place ? [[key.slice(at + 1), treatment] as const] : [];
  }));

/** Why a key is refused; undefined where the place is none of these. */
export const whyRefused = (path: readonly string[]): string | undefined =>
  groups.find(({ treatment, keys }) => treatment === 'refused' && keys.some((key) => {
    const steps = key.split('.');
    return steps.length === path.length && steps.every((step, index) => step === '*' || step === path[index]);
  }))?.reason;

/** Keys of a file that are ignored, as sentences. */
export const ignoredKeys = (value: unknown): readonly string[] =>
  groups.filter(({ treatment }) => treatment === 'ignored').flatMap(({ reason, keys }) => keys.flatMap((key) => placesOf(value, key.split('.'), []).map((path) => `${path.join('.')} is ignored: ${reason}.`)));

const placesOf = (value: unknown, [step, ...rest]: readonly string[], path: readonly string[]): readonly (readonly string[])[] => {
  if (step === undefined) return [path];
  const entries: readonly (readonly [string, unknown])[] = Array.isArray(value) ? value.map((entry, index) => [String(index), entry]) : isMap(value) ? Object.entries(value) : [];
  return entries.filter(([name]) => step === '*' || step === name).flatMap(([name, entry]) => placesOf(entry, rest, [...path, name]));
};
