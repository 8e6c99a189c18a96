import type { ApplicationService, DependencyCondition, ServiceBuild, ServiceDependency, ServiceHealthCheck, ServiceHook, ServiceSettings } from './application.ts';
import { entriesOf, isMap, textOf, textsOf, type ComposeMap } from './merge-service.ts';
import { readLimits } from './service-limits.ts';
import { readGrants, readMounts, shareCredentials } from './service-mounts.ts';
import { readIsolation } from './service-isolation.ts';
import type { ShareVolume } from './share-volume.ts';
import { lendingService } from './lending-service.ts';
import { shellWords } from './shell-words.ts';
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
  /** What a volume mounts that is an SMB share, by its key; undefined where it is none. @throws SiloError ComposeInvalid */
  readonly shareVolume: (key: string) => ShareVolume | undefined;
  readonly hasNetwork: (key: string) => boolean;
  /** What its credential specification holds. */
  readonly credentialSpec: string | undefined;
  /** Labels of the service's files, in order. */
  readonly fileLabels: readonly (readonly [string, string])[];
  /** A secret or a config: absolute path of its file, or what it holds. `path` is where the service asks for it. @throws SiloError ComposeInvalid */
  readonly granted: (kind: 'secrets' | 'configs', name: string, path: readonly string[]) => { readonly file: string } | { readonly file?: undefined; readonly content: string };
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
    const isGlobal = this.#find(['deploy', 'mode']) === 'global';
    if (isGlobal && this.#find(['deploy', 'replicas']) !== undefined) throw this.#at.refuse(['deploy', 'replicas'], 'with the mode global a host has one');
    const scale = this.#number(['scale']) ?? this.#number(['deploy', 'replicas']) ?? 1;
    if (!Number.isInteger(scale) || scale < 0 || scale > 1000) throw this.#at.refuse(['scale'], 'it must be a whole number up to 1000');
    const containerName = this.#text('container_name');
    if (containerName !== undefined && scale > 1) throw this.#at.refuse(['container_name'], 'several replicas cannot have one name');
    const policy = this.#text('pull_policy') ?? 'missing';
    const grants = readGrants(this.#service, this.#at);
    return {
      name: this.#name, image, build, replicas: scale, containerName, platform: this.#text('platform'), contents: grants.contents, shareCredentials: shareCredentials(this.#service, this.#at),
      pullPolicy: (policy === 'if_not_present' ? 'missing' : policy) as ApplicationService['pullPolicy'],
      dependsOn: this.#dependsOn(),
      settings: this.#settings(grants),
    };
  }

  #settings(grants: ReturnType<typeof readGrants>): ServiceSettings {
    const networkMode = this.#networkMode();
    const ports = this.#ports();
    if (networkMode !== undefined && ports.length > 0) throw this.#at.refuse(['ports'], 'with network_mode no ports are published');
    return {
      command: this.#command('command'), entrypoint: this.#command('entrypoint'), environment: this.#environment(), labels: { ...Object.fromEntries(this.#at.fileLabels), ...withValues(entriesOf(this.#service.labels)) },
      user: this.#text('user'), workingDirectory: this.#text('working_dir'), hostName: this.#text('hostname'), mounts: [...readMounts(this.#service, this.#at), ...grants.mounts], files: grants.files.length === 0 ? undefined : grants.files,
      links: networkMode === undefined ? this.#links() : [], networkMode, ports,
      dnsServers: textsOf(this.#service.dns), dnsSearch: textsOf(this.#service.dns_search), dnsOptions: this.#service.dns_opt === undefined ? undefined : textsOf(this.#service.dns_opt), domainName: this.#text('domainname'), volumesFrom: this.#volumesFrom(), hostEntries: this.#hostEntries(), healthCheck: this.#healthCheck(), restart: this.#restart(),
      stopSignal: this.#text('stop_signal'), stopTimeoutSeconds: this.#seconds(['stop_grace_period'], Math.ceil),
      readOnlyRoot: this.#flag(['read_only']) ?? false, terminal: this.#flag(['tty']) ?? false, openStdin: this.#flag(['stdin_open']) ?? false, init: this.#flag(['init']),
      kernelParameters: this.#service.sysctls === undefined ? undefined : Object.entries(withValues(entriesOf(this.#service.sysctls))).map(([name, value]) => ({ name, value })),
      ...readIsolation(this.#service, this.#at), ...readLimits(this.#service, this.#at),
      logLimits: this.#logLimits(), credentialSpec: this.#at.credentialSpec, postStart: this.#hooks('post_start'), preStop: this.#hooks('pre_stop'),
    };
  }

  #find(path: readonly string[]): unknown {
    let found: unknown = this.#service;
    for (const key of path) found = Array.isArray(found) ? (found as readonly unknown[])[Number(key)] : isMap(found) ? found[key] : undefined;
    return found ?? undefined;
  }

  #text(key: string): string | undefined { return this.#service[key] as string | undefined ?? undefined; }

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
    if (from.dockerfile !== undefined && from.dockerfile_inline !== undefined) throw this.#at.refuse(['build', 'dockerfile_inline'], 'it cannot stand beside dockerfile');
    if (/^[a-z+]+:\/\//.test(textOf(from.context))) throw this.#at.refuse(['build', 'context'], 'only folders of the host are built');
    return {
      context: textOf(from.context), dockerfile: from.dockerfile as string | undefined, dockerfileText: from.dockerfile_inline as string | undefined, secrets: this.#buildSecrets(from.secrets), target: from.target as string | undefined, arguments: Object.fromEntries(args), labels: withValues(entriesOf(from.labels)),
      network: from.network === 'none' || from.network === 'host' ? from.network : undefined, tags: textsOf(from.tags), noCache: this.#flag(['build', 'no_cache']) ?? false, pull: this.#flag(['build', 'pull']) ?? false,
    };
  }

  #buildSecrets(entries: unknown): ServiceBuild['secrets'] {
    if (entries === undefined) return undefined;
    return (entries as readonly unknown[]).map((entry, index) => {
      const path = ['build', 'secrets', String(index)];
      const grant: ComposeMap = isMap(entry) ? entry : { source: entry };
      const found = this.#at.granted('secrets', textOf(grant.source), path);
      if (found.file === undefined) throw this.#at.refuse(path, 'a build takes only secrets of files: this is not supported');
      return { id: textOf(grant.target ?? grant.source), source: found.file };
    });
  }

  #dependsOn(): ApplicationService['dependsOn'] {
    const { depends_on: dependencies } = this.#service;
    const started = (names: readonly string[]): Readonly<Record<string, ServiceDependency>> => Object.fromEntries(names.map((name) => [name, { condition: 'service_started' as const, required: true }]));
    const written = isMap(dependencies)
      ? Object.fromEntries(Object.entries(dependencies).map(([name, entry]) => [name, {
        condition: (entry as ComposeMap).condition as DependencyCondition, required: this.#flag(['depends_on', name, 'required']) ?? true, restart: this.#flag(['depends_on', name, 'restart']) === true ? true as const : undefined,
      }]))
      : started(textsOf(dependencies));
    const lenders = (this.#volumesFrom() ?? []).flatMap((from) => { const service = lendingService(from); return service === undefined ? [] : [service]; });
    return { ...started(this.#linked()), ...started(lenders), ...written };
  }

  /** In one form, whichever the file has. */
  #volumesFrom(): readonly string[] | undefined {
    const entries = textsOf(this.#service.volumes_from);
    if (entries.length === 0) return undefined;
    return entries.map((entry, index) => {
      const [, kind = 'service:', name = '', mode = ''] = /^(container:|service:)?([^:]+)(:(?:ro|rw))?$/.exec(entry) ?? [];
      if (name === '') throw this.#at.refuse(['volumes_from', String(index)], `'${entry}' is not of the form service[:ro|rw] or container:name[:ro|rw]`);
      return `${kind}${name}${mode}`;
    });
  }

  /** Services that links name: those on a network find each other by their names without them. */
  #linked(): readonly string[] {
    return textsOf(this.#service.links).map((link) => {
      const [name = '', alias = name] = link.split(':');
      if (alias !== name) throw this.#at.refuse(['links'], `the other name '${alias}' is not supported: give ${name} an alias on a network of both`);
      return name;
    });
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
    const rank = (key: string, name: string): number => Number((table[key] as ComposeMap | null)?.[name] ?? 0);
    // The first has the way out.
    return Object.keys(table).sort((a, b) => rank(b, 'gw_priority') - rank(a, 'gw_priority') || rank(b, 'priority') - rank(a, 'priority')).map((key, index) => {
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

  #hooks(key: 'post_start' | 'pre_stop'): readonly ServiceHook[] | undefined {
    const hooks = (this.#service[key] ?? []) as readonly ComposeMap[];
    if (hooks.length === 0) return undefined;
    return hooks.map((hook, index) => {
      const path = [key, String(index)];
      if (this.#flag([...path, 'privileged']) === true) throw this.#at.refuse([...path, 'privileged'], 'a command has the rights of its container: this is not supported');
      const command = typeof hook.command === 'string' ? shellWords(hook.command) : textsOf(hook.command);
      if (command === undefined || command.length === 0) throw this.#at.refuse([...path, 'command'], command === undefined ? 'a quote is never closed' : 'it is empty');
      const environment = Object.entries(entriesOf(hook.environment)).flatMap(([name, value]) => {
        const resolved = value ?? this.#at.lookup(name);
        return resolved === undefined ? [] : [[name, resolved] as const];
      });
      return { command, user: hook.user as string | undefined, workingDirectory: hook.working_dir as string | undefined, environment: Object.fromEntries(environment) };
    });
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
