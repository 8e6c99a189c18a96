import { Type, type TObject, type TProperties, type TSchema } from 'typebox';

/*
 * The compose specification as far as Silo does what it says. A key of the specification that Silo does not
 * support is refused by name: its schema is `refused`, so that it differs from a key that nobody knows.
 */

const scalarOf = (...types: readonly string[]): TSchema => Type.Unsafe<unknown>({ type: types.length === 1 ? types[0] : types });
const text = scalarOf('string');
const flag = scalarOf('boolean', 'string');
const amount = scalarOf('number', 'string');
const texts = Type.Array(text);
const { Optional: optional } = Type;

/** Known to the specification, and not supported. */
const refused = (...names: readonly string[]): TProperties => Object.fromEntries(names.map((name) => [name, optional(Type.Unsafe<never>({ not: {} }))]));

/** A map of known keys; keys that begin with x- are for others. */
const map = (properties: TProperties): TObject => {
  const known = Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, optional(schema)]));
  return Type.Object(known, { additionalProperties: false, patternProperties: { '^x-': {} } });
};
const needing = (schema: TObject, ...names: readonly string[]): TSchema => ({ ...schema, required: names });

/** A map whose keys are names. */
const namesTo = (schema: TSchema, pattern = '^[a-zA-Z0-9._-]+$'): TSchema => Type.Unsafe<unknown>({ type: 'object', patternProperties: { [pattern]: schema }, additionalProperties: false });
const eitherOf = (...schemas: readonly TSchema[]): TSchema => Type.Unsafe<unknown>({ anyOf: schemas });
const orNothing = (schema: TSchema): TSchema => eitherOf(schema, scalarOf('null'));

const listOrMap = eitherOf(texts, namesTo(scalarOf('string', 'number', 'boolean', 'null'), '.+'));
const textOrTexts = eitherOf(text, texts);
const command = eitherOf(scalarOf('string', 'null'), texts);
const hosts = eitherOf(texts, namesTo(eitherOf(text, texts), '.+'));

const healthCheckSchema = map({ disable: flag, test: textOrTexts, interval: text, timeout: text, start_period: text, start_interval: text, retries: amount });

const buildSchema = map({
  context: text, dockerfile: text, args: listOrMap, labels: listOrMap, target: text, no_cache: flag, pull: flag, tags: texts,
  ...refused('dockerfile_inline', 'entitlements', 'ssh', 'cache_from', 'cache_to', 'additional_contexts', 'network', 'provenance', 'sbom', 'shm_size', 'extra_hosts', 'isolation', 'privileged', 'secrets', 'ulimits', 'platforms'),
});

const portSchema = needing(map({ name: text, host_ip: text, target: amount, published: amount, protocol: text, app_protocol: text, ...refused('mode') }), 'target');

const mountSchema = needing(map({
  type: Type.Unsafe<string>({ type: 'string', enum: ['bind', 'volume'] }), source: text, target: text, read_only: flag,
  bind: map({ create_host_path: flag, ...refused('propagation', 'recursive', 'selinux') }),
  ...refused('consistency', 'volume', 'tmpfs', 'image'),
}), 'type', 'target');

const linkSchema = map({ aliases: texts, ipv4_address: text, ipv6_address: text, mac_address: text, priority: scalarOf('number'), ...refused('interface_name', 'link_local_ips', 'driver_opts', 'gw_priority') });

const dependencySchema = needing(map({
  condition: Type.Unsafe<string>({ type: 'string', enum: ['service_started', 'service_healthy', 'service_completed_successfully'] }), required: flag, ...refused('restart'),
}), 'condition');

const limits = map({ cpus: amount, memory: scalarOf('string', 'number'), pids: amount });
const deploySchema = map({
  mode: Type.Unsafe<string>({ type: 'string', enum: ['replicated'] }), replicas: amount, resources: map({ limits, ...refused('reservations') }),
  restart_policy: map({ condition: Type.Unsafe<string>({ type: 'string', enum: ['none', 'on-failure', 'any'] }), max_attempts: amount, ...refused('delay', 'window') }),
  ...refused('endpoint_mode', 'labels', 'rollback_config', 'update_config', 'placement'),
});

const grantSchema = needing(map({ source: text, target: text, ...refused('uid', 'gid', 'mode') }), 'source');

const loggingSchema = map({
  driver: Type.Unsafe<string>({ type: 'string', enum: ['json-file', 'local'] }),
  options: Type.Object({ 'max-size': optional(scalarOf('string', 'number')), 'max-file': optional(scalarOf('string', 'number')) }, { additionalProperties: false }),
});

const serviceSchema = map({
  image: text, build: eitherOf(text, buildSchema), pull_policy: Type.Unsafe<string>({ type: 'string', enum: ['always', 'never', 'missing', 'if_not_present', 'build'] }), container_name: text,
  command, entrypoint: command, user: text, working_dir: text, hostname: text, environment: listOrMap,
  env_file: eitherOf(text, Type.Array(eitherOf(text, needing(map({ path: text, required: flag, ...refused('format') }), 'path')))), labels: listOrMap,
  ports: Type.Array(eitherOf(amount, portSchema)), expose: Type.Array(amount), volumes: Type.Array(eitherOf(text, mountSchema)),
  networks: eitherOf(texts, namesTo(orNothing(linkSchema))), network_mode: text, dns: textOrTexts, dns_search: textOrTexts, extra_hosts: hosts, mac_address: text,
  depends_on: eitherOf(texts, namesTo(dependencySchema)), healthcheck: healthCheckSchema, restart: text, stop_signal: text, stop_grace_period: text,
  read_only: flag, privileged: flag, tty: flag, stdin_open: flag, isolation: Type.Unsafe<string>({ type: 'string', enum: ['default', 'process', 'hyperv'] }),
  cap_add: texts, cap_drop: texts, group_add: Type.Array(amount), init: flag, shm_size: amount, sysctls: listOrMap, cpuset: text,
  mem_limit: amount, cpus: amount, pids_limit: amount, deploy: orNothing(deploySchema), scale: amount, profiles: texts,
  extends: eitherOf(text, needing(map({ service: text, file: text }), 'service')), secrets: Type.Array(eitherOf(text, grantSchema)), configs: Type.Array(eitherOf(text, grantSchema)), logging: loggingSchema,
  ...refused(
    'develop', 'annotations', 'attach', 'blkio_config', 'cgroup', 'cgroup_parent', 'cpu_count', 'cpu_percent', 'cpu_shares', 'cpu_quota', 'cpu_period', 'cpu_rt_period', 'cpu_rt_runtime', 
    'credential_spec', 'device_cgroup_rules', 'devices', 'dns_opt', 'domainname', 'label_file', 'provider', 'external_links', 'gpus', 'ipc', 'links', 'mem_reservation', 'mem_swappiness', 'memswap_limit', 'models',
    'oom_kill_disable', 'oom_score_adj', 'pid', 'platform', 'post_start', 'pre_stop', 'pull_refresh_after', 'runtime', 'security_opt', 'storage_opt', 'tmpfs', 'ulimits', 'use_api_socket', 'uts', 'userns_mode', 'volumes_from',
  ),
});

const networkSchema = map({
  name: text, driver: Type.Unsafe<string>({ type: 'string', enum: ['bridge', 'nat', 'internal', 'transparent'] }), external: flag, internal: flag, enable_ipv6: flag, labels: listOrMap,
  ipam: map({ driver: Type.Unsafe<string>({ type: 'string', enum: ['default'] }), config: Type.Array(map({ subnet: text, gateway: text, ...refused('ip_range', 'aux_addresses') })), ...refused('options') }),
  ...refused('driver_opts', 'enable_ipv4', 'attachable'),
});

const volumeSchema = map({ name: text, driver: Type.Unsafe<string>({ type: 'string', enum: ['local'] }), external: flag, ...refused('driver_opts', 'labels') });
const secretSchema = needing(map({ file: text, name: text, ...refused('environment', 'external', 'driver', 'driver_opts', 'labels', 'template_driver') }), 'file');
const configSchema = needing(map({ file: text, name: text, ...refused('content', 'environment', 'external', 'labels', 'template_driver') }), 'file');

export const composeSchema = map({
  // Of older files; it says nothing any more.
  version: text,
  name: text,
  services: namesTo(serviceSchema),
  networks: namesTo(orNothing(networkSchema)),
  volumes: namesTo(orNothing(volumeSchema)),
  secrets: namesTo(secretSchema),
  configs: namesTo(configSchema),
  ...refused('include', 'models'),
});
