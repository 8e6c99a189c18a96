import type { ApplicationService, DependencyCondition, ServiceBuild, ServiceHealthCheck, ServiceMount, ServiceSettings } from './application.ts';
import { entriesOf, isMap, textOf, textsOf, type ComposeMap } from './merge-service.ts';
import { isHostSource } from './service-paths.ts';
import { shellWords } from './shell-words.ts';
import { splitVolume } from './split-volume.ts';
import { readByteCount, readDuration, readFlag, readNumber } from './values.ts';
import type { VariableLookup } from './interpolate.ts';

/** What a service's text means beyond itself. */
export interface ServiceSurroundings {
  readonly project: string;
  readonly lookup: VariableLookup;
  /** Variables of the service's files, in order. */
  readonly fileVariables: readonly (readonly [string, string])[];
  /** Name of a volume by its key; undefined where the files declare none. */
  readonly volumeName: (key: string) => string | undefined;
  readonly hasNetwork: (key: string) => boolean;
  /** Absolute path of a secret's or a config's file; undefined where the files declare none. */
  readonly grantedFile: (kind: 'secrets' | 'configs', name: string) => string | undefined;
  /** Refuses what stands at that path below the service. */
  readonly refuse: (path: readonly string[], reason: string) => Error;
}

/** Turns a service, merged and checked, into what the engine makes containers of. @throws SiloError ComposeInvalid */
export const resolveService = (name: string, service: ComposeMap, surroundings: ServiceSurroundings): ApplicationService => new ServiceReader(name, service, surroundings).read();

class ServiceReader {
  readonly #name: string;
  readonly #service: ComposeMap;
  readonly #at: ServiceSurroundings;

  constructor(name: string, service: ComposeMap, surroundings: ServiceSurroundings) {
    this.#name = name;
    this.#service = service;
    this.#at = surroundings;
  }

  read(): ApplicationService {
    const build = this.#build();
    const image = this.#text('image') ?? (build === undefined ? undefined : `localhost/${this.#at.project}-${this.#name.toLowerCase()}`);
    if (image === undefined) throw this.#at.refuse([], 'it needs an image or a build');
    const scale = this.#number(['scale']) ?? this.#number(['deploy', 'replicas']) ?? 1;
    if (!Number.isInteger(scale) || scale < 0 || scale > 1000) throw this.#at.refuse(['scale'], 'it must be a whole number up to 1000');
    const containerName = this.#text('container_name');
    if (containerName !== undefined && scale > 1) throw this.#at.refuse(['container_name'], 'several replicas cannot have one name');
    const policy = this.#text('pull_policy') ?? 'missing';
    return {
      name: this.#name, image, build, replicas: scale, containerName,
      pullPolicy: (policy === 'if_not_present' ? 'missing' : policy) as ApplicationService['pullPolicy'],
      dependsOn: this.#dependsOn(),
      settings: this.#settings(),
    };
  }

  #settings(): ServiceSettings {
    const networkMode = this.#networkMode();
    const ports = this.#ports();
    if (networkMode !== undefined && ports.length > 0) throw this.#at.refuse(['ports'], 'with network_mode no ports are published');
    const isolation = this.#text('isolation');
    return {
      command: this.#command('command'), entrypoint: this.#command('entrypoint'), environment: this.#environment(), labels: withValues(entriesOf(this.#service.labels)),
      user: this.#text('user'), workingDirectory: this.#text('working_dir'), hostName: this.#text('hostname'), mounts: [...this.#mounts(), ...this.#grants('secrets'), ...this.#grants('configs')],
      links: networkMode === undefined ? this.#links() : [], networkMode, ports,
      dnsServers: textsOf(this.#service.dns), dnsSearch: textsOf(this.#service.dns_search), hostEntries: this.#hostEntries(), healthCheck: this.#healthCheck(), restart: this.#restart(),
      stopSignal: this.#text('stop_signal'), stopTimeoutSeconds: this.#seconds(['stop_grace_period'], Math.ceil),
      readOnlyRoot: this.#flag(['read_only']) ?? false, privileged: this.#flag(['privileged']) ?? false, terminal: this.#flag(['tty']) ?? false, openStdin: this.#flag(['stdin_open']) ?? false,
      isolation: isolation === 'process' ? 'Process' : isolation === 'hyperv' ? 'HyperV' : undefined,
      addedCapabilities: this.#texts('cap_add'), droppedCapabilities: this.#texts('cap_drop'), additionalGroups: this.#texts('group_add'), init: this.#flag(['init']), sharedMemoryBytes: this.#bytes(['shm_size']),
      kernelParameters: this.#service.sysctls === undefined ? undefined : Object.entries(withValues(entriesOf(this.#service.sysctls))).map(([name, value]) => ({ name, value })), cpuSet: this.#text('cpuset'),
      memoryBytes: this.#bytes(['mem_limit']) ?? this.#bytes(['deploy', 'resources', 'limits', 'memory']),
      cpuCount: this.#number(['cpus']) ?? this.#number(['deploy', 'resources', 'limits', 'cpus']),
      processCount: this.#number(['pids_limit']) ?? this.#number(['deploy', 'resources', 'limits', 'pids']),
      logLimits: this.#logLimits(),
    };
  }

  #find(path: readonly string[]): unknown {
    let found: unknown = this.#service;
    for (const key of path) found = isMap(found) ? found[key] : undefined;
    return found ?? undefined;
  }

  #text(key: string): string | undefined { return this.#service[key] as string | undefined ?? undefined; }

  #texts(key: string): readonly string[] | undefined { return this.#service[key] === undefined ? undefined : textsOf(this.#service[key]); }

  #read<T, R>(path: readonly string[], read: (value: T) => R | undefined, what: string): R | undefined {
    const value = this.#find(path);
    if (value === undefined) return undefined;
    const result = read(value as T);
    if (result === undefined) throw this.#at.refuse(path, `'${textOf(value)}' is no ${what}`);
    return result;
  }

  #flag(path: readonly string[]): boolean | undefined { return this.#read(path, readFlag, 'truth value'); }
  #number(path: readonly string[]): number | undefined { return this.#read(path, readNumber, 'number'); }
  #bytes(path: readonly string[]): number | undefined { return this.#read(path, readByteCount, 'size, such as 512m'); }

  #seconds(path: readonly string[], round: (seconds: number) => number = (seconds) => seconds): number | undefined {
    const seconds = this.#read(path, readDuration, 'duration, such as 1m30s');
    return seconds === undefined ? undefined : round(seconds);
  }

  #command(key: 'command' | 'entrypoint'): readonly string[] | undefined {
    const value = this.#service[key];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string') return textsOf(value);
    const words = shellWords(value);
    if (words === undefined) throw this.#at.refuse([key], 'a quote is never closed');
    return words;
  }

  #environment(): Readonly<Record<string, string>> {
    const result: Record<string, string> = Object.fromEntries(this.#at.fileVariables);
    for (const [name, value] of Object.entries(entriesOf(this.#service.environment))) {
      const resolved = value ?? this.#at.lookup(name);
      if (resolved === undefined) delete result[name];
      else result[name] = resolved;
    }
    return result;
  }

  #build(): ServiceBuild | undefined {
    const { build } = this.#service;
    if (build === undefined) return undefined;
    const from: ComposeMap = isMap(build) ? build : { context: build };
    const args = Object.entries(entriesOf(from.args)).flatMap(([name, value]) => {
      const resolved = value ?? this.#at.lookup(name);
      return resolved === undefined ? [] : [[name, resolved] as const];
    });
    if (/^[a-z+]+:\/\//.test(textOf(from.context))) throw this.#at.refuse(['build', 'context'], 'only folders of the host are built');
    return {
      context: textOf(from.context), dockerfile: from.dockerfile as string | undefined, target: from.target as string | undefined, arguments: Object.fromEntries(args), labels: withValues(entriesOf(from.labels)),
      tags: textsOf(from.tags), noCache: this.#flag(['build', 'no_cache']) ?? false, pull: this.#flag(['build', 'pull']) ?? false,
    };
  }

  #dependsOn(): ApplicationService['dependsOn'] {
    const { depends_on: dependencies } = this.#service;
    if (!isMap(dependencies)) return Object.fromEntries(textsOf(dependencies).map((name) => [name, { condition: 'service_started' as const, required: true }]));
    return Object.fromEntries(Object.entries(dependencies).map(([name, entry]) => [name, { condition: (entry as ComposeMap).condition as DependencyCondition, required: this.#flag(['depends_on', name, 'required']) ?? true }]));
  }

  #ports(): readonly string[] {
    return (this.#service.ports as readonly unknown[] ?? []).map((entry, index) => {
      if (!isMap(entry)) return textOf(entry);
      const protocol = entry.protocol === undefined ? '' : `/${textOf(entry.protocol)}`;
      const address = entry.host_ip === undefined ? '' : `${textOf(entry.host_ip).includes(':') ? `[${textOf(entry.host_ip)}]` : textOf(entry.host_ip)}:`;
      if (address !== '' && entry.published === undefined) throw this.#at.refuse(['ports', String(index)], 'host_ip needs published');
      return `${address}${entry.published === undefined ? '' : `${textOf(entry.published)}:`}${textOf(entry.target)}${protocol}`;
    });
  }

  #mounts(): readonly ServiceMount[] {
    return (this.#service.volumes as readonly unknown[] ?? []).map((entry, index): ServiceMount => {
      const path = ['volumes', String(index)];
      const { kind, source, target, mode } = isMap(entry) ? this.#longMount(entry, path) : this.#shortMount(textOf(entry), path);
      if (kind === 'bind') return { kind, source, target, readOnly: mode === 'ro' };
      const name = this.#at.volumeName(source);
      if (name === undefined) throw this.#at.refuse(path, `there is no volume '${source}' in the files`);
      return { kind, source: name, target, readOnly: mode === 'ro' };
    });
  }

  #shortMount(text: string, path: readonly string[]): { readonly kind: 'bind' | 'volume'; readonly source: string; readonly target: string; readonly mode: string } {
    const [source = '', target = '', mode = 'rw', ...rest] = splitVolume(text);
    if (target === '') throw this.#at.refuse(path, 'a volume without a name is not supported: name one');
    if (rest.length > 0 || !['rw', 'ro'].includes(mode)) throw this.#at.refuse(path, `only the modes ro and rw are supported, not '${[mode, ...rest].join(':')}'`);
    return { kind: isHostSource(source) ? 'bind' : 'volume', source, target, mode };
  }

  #longMount(entry: ComposeMap, path: readonly string[]): { readonly kind: 'bind' | 'volume'; readonly source: string; readonly target: string; readonly mode: string } {
    if (entry.source === undefined) throw this.#at.refuse(path, 'a mount without a source is not supported: name a volume');
    // Silo makes no folders of the host by the way: only saying so is supported.
    if (isMap(entry.bind) && readFlag(entry.bind.create_host_path as string ?? false) === true) throw this.#at.refuse([...path, 'bind', 'create_host_path'], 'folders of the host are not made: this is not supported');
    const readOnly = entry.read_only === undefined ? false : readFlag(entry.read_only as string);
    if (readOnly === undefined) throw this.#at.refuse([...path, 'read_only'], 'it is no truth value');
    return { kind: entry.type as 'bind' | 'volume', source: textOf(entry.source), target: textOf(entry.target), mode: readOnly ? 'ro' : 'rw' };
  }

  /** Files of secrets and configs, mounted where the specification says. */
  #grants(kind: 'secrets' | 'configs'): readonly ServiceMount[] {
    return (this.#service[kind] as readonly unknown[] ?? []).map((entry, index) => {
      const grant: ComposeMap = isMap(entry) ? entry : { source: entry };
      const name = textOf(grant.source);
      const source = this.#at.grantedFile(kind, name);
      if (source === undefined) throw this.#at.refuse([kind, String(index)], `the files declare no '${name}' among the ${kind}`);
      const asked = grant.target === undefined ? name : textOf(grant.target);
      return { kind: 'bind', source, target: asked.startsWith('/') ? asked : `${kind === 'secrets' ? '/run/secrets' : ''}/${asked}`, readOnly: true };
    });
  }

  #networkMode(): string | undefined {
    const mode = this.#text('network_mode');
    if (mode === undefined) return undefined;
    if (this.#service.networks !== undefined) throw this.#at.refuse(['network_mode'], 'it cannot stand beside networks');
    if (mode === 'none' || mode === 'host' || /^(container|service):./.test(mode)) return mode;
    if (mode === 'bridge') return 'nat';
    throw this.#at.refuse(['network_mode'], `'${mode}' is not supported: none, host, bridge, container:name and service:name are`);
  }

  #links(): ServiceSettings['links'] {
    const { networks } = this.#service;
    const table: ComposeMap = networks === undefined ? { default: null } : isMap(networks) ? networks : Object.fromEntries(textsOf(networks).map((key) => [key, null]));
    const priority = (key: string): number => Number((table[key] as ComposeMap | null)?.priority ?? 0);
    // The first has the way out.
    return Object.keys(table).sort((a, b) => priority(b) - priority(a)).map((key, index) => {
      if (!this.#at.hasNetwork(key)) throw this.#at.refuse(['networks', key], `the files declare no network '${key}'`);
      const link = (table[key] ?? {}) as ComposeMap;
      return {
        network: key, aliases: [...new Set([this.#name, ...textsOf(link.aliases)])], addresses: [...textsOf(link.ipv4_address), ...textsOf(link.ipv6_address)],
        macAddress: (link.mac_address ?? (index === 0 ? this.#service.mac_address : undefined)) as string | undefined,
      };
    });
  }

  #hostEntries(): ServiceSettings['hostEntries'] {
    const { extra_hosts: hosts } = this.#service;
    const lines = isMap(hosts) ? Object.entries(hosts).flatMap(([name, addresses]) => textsOf(addresses).map((address) => `${name}=${address}`)) : textsOf(hosts);
    return lines.map((line) => {
      const [, name, value] = /^([^=:]+)[=:]\[?([^\]]+)\]?$/.exec(line) ?? [];
      if (name === undefined || value === undefined) throw this.#at.refuse(['extra_hosts'], `'${line}' is not of the form name=address`);
      if (value === 'host-gateway') throw this.#at.refuse(['extra_hosts'], 'host-gateway is not supported');
      return { name, value };
    });
  }

  #healthCheck(): ServiceHealthCheck | undefined {
    const { healthcheck: check } = this.#service;
    if (!isMap(check)) return undefined;
    if (this.#flag(['healthcheck', 'disable']) === true) return { command: { form: 'none' } };
    return {
      command: this.#healthCommand(check.test), intervalSeconds: this.#seconds(['healthcheck', 'interval']), timeoutSeconds: this.#seconds(['healthcheck', 'timeout']),
      startPeriodSeconds: this.#seconds(['healthcheck', 'start_period']), startIntervalSeconds: this.#seconds(['healthcheck', 'start_interval']), retries: this.#number(['healthcheck', 'retries']),
    };
  }

  #healthCommand(test: unknown): ServiceHealthCheck['command'] {
    if (test === undefined) return undefined;
    if (typeof test === 'string') return { form: 'shell', text: test };
    const [form, ...args] = textsOf(test);
    if (form === 'NONE' && args.length === 0) return { form: 'none' };
    if (form === 'CMD' && args.length > 0) return { form: 'exec', args };
    if (form === 'CMD-SHELL' && args.length === 1) return { form: 'shell', text: args[0] ?? '' };
    throw this.#at.refuse(['healthcheck', 'test'], 'a list begins with NONE, CMD or CMD-SHELL');
  }

  #restart(): ServiceSettings['restart'] {
    const written = this.#text('restart');
    if (written !== undefined) {
      const [, name, retries] = /^(no|always|unless-stopped|on-failure)(?::(\d+))?$/.exec(written) ?? [];
      if (name === undefined || (retries !== undefined && name !== 'on-failure')) throw this.#at.refuse(['restart'], `'${written}' is none of no, always, unless-stopped, on-failure and on-failure:count`);
      return { name: name as 'no', maximumRetries: retries === undefined || Number(retries) === 0 ? undefined : Number(retries) };
    }
    const policy = this.#find(['deploy', 'restart_policy']);
    if (!isMap(policy)) return undefined;
    const name = policy.condition === 'none' ? 'no' : policy.condition === 'on-failure' ? 'on-failure' : 'always';
    const attempts = this.#number(['deploy', 'restart_policy', 'max_attempts']);
    if (attempts !== undefined && name !== 'on-failure') throw this.#at.refuse(['deploy', 'restart_policy', 'max_attempts'], 'only on-failure counts its starts');
    return { name, maximumRetries: attempts };
  }

  #logLimits(): ServiceSettings['logLimits'] {
    const options = this.#find(['logging', 'options']);
    if (!isMap(options)) return undefined;
    const maximumSizeBytes = this.#bytes(['logging', 'options', 'max-size']) ?? 16 * 1024 ** 2;
    if (maximumSizeBytes < 65_536) throw this.#at.refuse(['logging', 'options', 'max-size'], 'it must be at least 64k');
    const files = this.#number(['logging', 'options', 'max-file']) ?? 6;
    if (!Number.isInteger(files) || files < 2 || files > 1001) throw this.#at.refuse(['logging', 'options', 'max-file'], 'it must be from 2 to 1001: one is written, the others are kept');
    return { maximumSizeBytes, keptFiles: files - 1 };
  }
}

const withValues = (entries: Readonly<Record<string, string | null>>): Readonly<Record<string, string>> => Object.fromEntries(Object.entries(entries).map(([name, value]) => [name, value ?? '']));
