import { Type, type TObject, type TProperties, type TSchema } from 'typebox';
import { unsupportedAt } from './compose-support.ts';

/*
 * The compose specification as far as Silo does what it says. A key of the specification that Silo does not
 * support is ignored or refused by name (compose-support.ts), so that it differs from a key that nobody knows.
 */

const scalarOf = (...types: readonly string[]): TSchema => Type.Unsafe<unknown>({ type: types.length === 1 ? types[0] : types });
const text = scalarOf('string');
const flag = scalarOf('boolean', 'string');
const amount = scalarOf('number', 'string');
const texts = Type.Array(text);
const { Optional: optional } = Type;

/** Known to the specification at that place, and not supported. */
const unsupported = (place: string): TProperties => Object.fromEntries(unsupportedAt(place).map(([name, treatment]) => [name, optional(Type.Unsafe<unknown>(treatment === 'refused' ? { not: {} } : { $comment: 'ignored' }))]));

/** A map of known keys; keys that begin with x- are for others. `place` is where it stands, where it has keys that are not supported. */
const map = (properties: TProperties, place?: string): TObject => {
  const known = Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, optional(schema)]));
  return Type.Object({ ...known, ...(place === undefined ? {} : unsupported(place)) }, { additionalProperties: false, patternProperties: { '^x-': {} } });
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

const oneOf = (...values: readonly string[]): TSchema => Type.Unsafe<string>({ type: 'string', enum: values });

const healthCheckSchema = map({ disable: flag, test: textOrTexts, interval: text, timeout: text, start_period: text, start_interval: text, retries: amount });

const grantSchema = needing(map({ source: text, target: text, uid: text, gid: text, mode: amount }), 'source');
const grants = Type.Array(eitherOf(text, grantSchema));

const buildSchema = map({
  context: text, dockerfile: text, dockerfile_inline: text, args: listOrMap, labels: listOrMap, target: text, no_cache: flag, pull: flag, tags: texts, network: oneOf('default', 'none', 'host'),
  secrets: Type.Array(eitherOf(text, needing(map({ source: text, target: text }, 'services.*.build.secrets.*'), 'source'))),
}, 'services.*.build');

const portSchema = needing(map({ name: text, host_ip: text, target: amount, published: amount, protocol: text, app_protocol: text, mode: oneOf('host', 'ingress') }), 'target');

const mountSchema = needing(map({
  type: oneOf('bind', 'volume', 'tmpfs', 'npipe'), source: text, target: text, read_only: flag,
  bind: map({ create_host_path: flag, propagation: oneOf('private', 'rprivate', 'slave', 'rslave', 'shared', 'rshared'), recursive: oneOf('enabled'), selinux: oneOf('z', 'Z') }),
  volume: map({ nocopy: flag, subpath: text }, 'services.*.volumes.*.volume'),
  tmpfs: map({ size: amount, mode: amount }),
}, 'services.*.volumes.*'), 'type', 'target');

const linkSchema = map({ aliases: texts, ipv4_address: text, ipv6_address: text, mac_address: text, priority: scalarOf('number'), gw_priority: scalarOf('number') }, 'services.*.networks.*');

const dependencySchema = needing(map({ condition: oneOf('service_started', 'service_healthy', 'service_completed_successfully'), required: flag, restart: flag }), 'condition');

const limits = map({ cpus: amount, memory: scalarOf('string', 'number'), pids: amount });
const deploySchema = map({
  mode: oneOf('replicated', 'global'), replicas: amount, resources: map({ limits, reservations: map({}, 'services.*.deploy.resources.reservations') }),
  restart_policy: map({ condition: oneOf('none', 'on-failure', 'any'), max_attempts: amount }, 'services.*.deploy.restart_policy'),
}, 'services.*.deploy');

const loggingSchema = map({
  driver: oneOf('json-file', 'local'),
  options: Type.Object({ 'max-size': optional(scalarOf('string', 'number')), 'max-file': optional(scalarOf('string', 'number')) }, { additionalProperties: false }),
});

const deviceSchema = needing(map({ source: text, target: text, permissions: text }), 'source');
const limitSchema = eitherOf(amount, needing(map({ soft: amount, hard: amount }), 'soft', 'hard'));
const rates = Type.Array(Type.Object({ path: text, rate: amount }, { additionalProperties: false }));
const blockIoSchema = Type.Object({ weight: optional(amount), device_read_bps: optional(rates), device_write_bps: optional(rates), ...unsupported('services.*.blkio_config') }, { additionalProperties: false });

/** Where a credential specification is found. */
const credentialSpecSchema = map({ file: text, config: text }, 'services.*.credential_spec');
const hooks = Type.Array(needing(map({ command, user: text, privileged: flag, working_dir: text, environment: listOrMap }), 'command'));

const serviceSchema = map({
  image: text, build: eitherOf(text, buildSchema), pull_policy: oneOf('always', 'never', 'missing', 'if_not_present', 'build'), platform: text, container_name: text,
  command, entrypoint: command, user: text, working_dir: text, hostname: text, domainname: text, environment: listOrMap,
  env_file: eitherOf(text, Type.Array(eitherOf(text, needing(map({ path: text, required: flag, format: oneOf('raw') }), 'path')))), labels: listOrMap, label_file: textOrTexts,
  ports: Type.Array(eitherOf(amount, portSchema)), expose: Type.Array(amount), volumes: Type.Array(eitherOf(text, mountSchema)), tmpfs: textOrTexts,
  networks: eitherOf(texts, namesTo(orNothing(linkSchema))), network_mode: text, dns: textOrTexts, dns_search: textOrTexts, dns_opt: texts, extra_hosts: hosts, mac_address: text, links: texts, volumes_from: texts,
  depends_on: eitherOf(texts, namesTo(dependencySchema)), healthcheck: healthCheckSchema, restart: text, stop_signal: text, stop_grace_period: text,
  read_only: flag, privileged: flag, tty: flag, stdin_open: flag, isolation: oneOf('default', 'process', 'hyperv'), pid: orNothing(text), ipc: text, userns_mode: oneOf('host'), security_opt: texts,
  cap_add: texts, cap_drop: texts, group_add: Type.Array(amount), init: flag, shm_size: amount, sysctls: listOrMap, devices: Type.Array(eitherOf(text, deviceSchema)), ulimits: namesTo(limitSchema, '^[a-z]+$'),
  mem_limit: amount, memswap_limit: amount, oom_kill_disable: flag, oom_score_adj: amount, cpus: amount, cpu_quota: amount, cpu_period: amount, cpu_shares: amount, cpuset: text, pids_limit: amount,
  blkio_config: blockIoSchema, storage_opt: Type.Object({ size: text }, { additionalProperties: false }), deploy: orNothing(deploySchema), scale: amount, profiles: texts,
  extends: eitherOf(text, needing(map({ service: text, file: text }), 'service')), secrets: grants, configs: grants, logging: loggingSchema,
  credential_spec: credentialSpecSchema, post_start: hooks, pre_stop: hooks,
}, 'services.*');

const external = eitherOf(flag, map({ name: text }));

const networkSchema = map({
  name: text, driver: oneOf('bridge', 'nat', 'internal', 'transparent', 'macvlan'), external, internal: flag, attachable: flag, enable_ipv4: flag, enable_ipv6: flag, labels: listOrMap,
  driver_opts: Type.Object({ 'com.docker.network.driver.mtu': optional(amount), parent: optional(text) }, { additionalProperties: false }),
  ipam: map({ driver: oneOf('default'), config: Type.Array(map({ subnet: text, gateway: text }, 'networks.*.ipam.config.*')) }, 'networks.*.ipam'),
});

const volumeSchema = map({ name: text, driver: oneOf('local'), external, labels: listOrMap, driver_opts: Type.Object({ type: optional(text), device: optional(text), o: optional(text) }, { additionalProperties: false }) }, 'volumes.*');
const secretSchema = map({ file: text, environment: text, name: text }, 'secrets.*');
const configSchema = map({ file: text, content: text, environment: text, name: text }, 'configs.*');

export const composeSchema = map({
  // Of older files; it says nothing any more.
  version: text,
  name: text,
  include: Type.Array(eitherOf(text, Type.Object({ path: optional(textOrTexts), env_file: optional(textOrTexts), project_directory: optional(text) }, { additionalProperties: false }))),
  services: namesTo(serviceSchema),
  networks: namesTo(orNothing(networkSchema)),
  volumes: namesTo(orNothing(volumeSchema)),
  secrets: namesTo(secretSchema),
  configs: namesTo(configSchema),
}, '');
