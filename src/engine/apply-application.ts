import { SiloError, isSiloError } from '../base/index.ts';
import { dependencyTable, loadApplication, planReplicas, readText, sharedServices, type Application, type ApplicationService, type LoadRequest, type ReplicaStep, type WantedReplica } from '../application/index.ts';
import type { ImageRecord } from '../core/index.ts';
import { networkHash, replicaName, replicaRequest, serviceHash } from './application-container.ts';
import { filesDiffer, holdFiles } from './application-files.ts';
import { keepShareCredentials } from './shares.ts';
import { applicationOf, hashOf, membershipOf, networkLabels } from './application-labels.ts';
import { membersOf, withApplication } from './application-members.ts';
import { runAfterStart, startMember, stopMember } from './application-hooks.ts';
import { awaitCondition } from './application-waits.ts';
import { buildImage } from './build-image.ts';
import { createContainer } from './create-container.ts';
import { createNetwork } from './create-network.ts';
import { adoptNetworks } from './foreign-networks.ts';
import type { ImageConfigs } from './image-configs.ts';
import { findImage } from './image-lookup.ts';
import { findNetwork } from './network-lookup.ts';
import type { Ports } from './ports.ts';
import type { ImageProgress } from './publish-image.ts';
import { pullImage } from './pull-image.ts';
import { removeContainer } from './remove-container.ts';
import { removeNetwork } from './remove-network.ts';
import type { LineSink } from './run-container.ts';
import { startContainer } from './start-container.ts';
import { createVolume } from './volumes.ts';

export interface ApplyRequest extends LoadRequest {
  /** Starts what does not run, in the order of the services. */
  readonly start?: boolean | undefined;
  /** Builds images also where they are there. */
  readonly build?: boolean | undefined;
  readonly removeOrphans?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
  /** Time that each service may take to be what others wait for; without end where left out. */
  readonly timeoutSeconds?: number | undefined;
}

export interface ApplicationItem {
  readonly kind: 'Image' | 'Network' | 'Container' | 'Volume';
  readonly name: string;
  readonly service: string | null;
  readonly action: 'Kept' | 'Created' | 'WouldCreate' | 'Recreated' | 'WouldRecreate' | 'Removed' | 'WouldRemove' | 'Started' | 'WouldStart' | 'Restarted' | 'Built' | 'WouldBuild' | 'Pulled' | 'WouldPull';
  readonly reason: string;
}

export interface Applied {
  readonly name: string;
  readonly items: readonly ApplicationItem[];
  readonly warnings: readonly string[];
}

interface ApplyOptions { readonly sink?: LineSink | undefined; readonly progress?: ((progress: ImageProgress) => void) | undefined }

/**
 * Makes an application what its files say, and changes only what differs. There is no record of work that was
 * begun: what a failure or a kill leaves behind is the state from which the next call goes on.
 */
export const applyApplication = async (ports: Ports, configs: ImageConfigs, request: ApplyRequest, options: ApplyOptions = {}, signal?: AbortSignal): Promise<Applied> => {
  const application = await loadApplication(request, readText);
  return withApplication(ports, application.name, signal, () => new Applying(ports, configs, application, request, options, signal).run());
};

class Applying {
  readonly #ports: Ports;
  readonly #configs: ImageConfigs;
  readonly #application: Application;
  readonly #request: ApplyRequest;
  readonly #options: ApplyOptions;
  readonly #signal: AbortSignal | undefined;
  readonly #items: ApplicationItem[] = [];
  readonly #warnings: string[];
  readonly #running = new Map<string, Promise<readonly string[]>>();
  /** Services whose containers were made anew. */
  readonly #renewed = new Set<string>();

  constructor(ports: Ports, configs: ImageConfigs, application: Application, request: ApplyRequest, options: ApplyOptions, signal: AbortSignal | undefined) {
    this.#ports = ports;
    this.#configs = configs;
    this.#application = application;
    this.#request = request;
    this.#options = options;
    this.#signal = signal;
    this.#warnings = [...application.warnings];
  }

  async run(): Promise<Applied> {
    const dryRun = this.#request.dryRun === true;
    await this.#checkForeign();
    for (const service of this.#application.services.values()) await this.#named(service.name, () => this.#image(service));
    const steps = await this.#plan();
    if (dryRun) this.#rehearse(steps);
    else await this.#carryOut(steps);
    const orphans = steps.filter(({ action }) => action === 'Orphan').map(({ name }) => name);
    if (orphans.length > 0 && this.#request.removeOrphans !== true) this.#warnings.push(`Containers of services that the files do not have stay: ${orphans.join(', ')}.`);
    return { name: this.#application.name, items: this.#items, warnings: this.#warnings };
  }

  /** What belongs to others must be there, and what is to be made must not belong to others. */
  async #checkForeign(): Promise<void> {
    const { name: application, networks, services, volumes } = this.#application;
    await adoptNetworks(this.#ports, [...networks.values()].filter(({ external }) => external).map(({ name }) => name));
    this.#ports.metadata.read((reader) => {
      for (const network of networks.values()) {
        if (network.external) findNetwork(reader, network.name);
        else {
          const found = reader.networkByName(network.name);
          if (found !== undefined && applicationOf(found) !== application) throw new SiloError('NetworkNameInUse', { args: { name: network.name, owner: found.id.slice(0, 12) }, target: { kind: 'network', id: network.name } });
        }
      }
      const known = new Set([...reader.volumeIds(), ...volumes.keys()]);
      for (const { name: service, settings } of services.values()) {
        const missing = settings.mounts.find(({ kind, source }) => kind === 'volume' && source !== '' && !known.has(source));
        if (missing !== undefined) throw this.#failure(service, `there is no volume '${missing.source}', which is external`);
      }
      for (const service of services.values()) {
        for (let replica = 1; replica <= service.replicas; replica += 1) {
          const name = replicaName(application, service, replica);
          const found = reader.containerByName(name);
          if (found !== undefined && membershipOf(found)?.application !== application) throw new SiloError('ContainerNameInUse', { args: { name, owner: found.id.slice(0, 12) }, target: { kind: 'container', id: name } });
        }
      }
    });
  }

  #failure(service: string, reason: string, cause?: unknown): SiloError {
    return new SiloError('ServiceFailed', { args: { application: this.#application.name, service, reason }, target: { kind: 'application', id: this.#application.name }, ...(cause === undefined ? {} : { cause }) });
  }

  /** A failure says in which service it happened. */
  async #named<T>(service: string, body: () => Promise<T>): Promise<T> {
    try {
      return await body();
    } catch (error) {
      if (!(error instanceof SiloError) || error.code === 'OperationCancelled' || error.code === 'ServiceFailed') throw error;
      throw this.#failure(service, error.message.replace(/\.$/, ''), error);
    }
  }

  #find(service: ApplicationService): ImageRecord | undefined {
    try {
      return this.#ports.metadata.read((reader) => findImage(reader, service.image));
    } catch (error) {
      if (isSiloError(error, 'ImageNotFound')) return undefined;
      throw error;
    }
  }

  /** Gets or builds the service's image where that is needed. */
  async #image(service: ApplicationService): Promise<void> {
    const { build, pullPolicy } = service;
    const found = this.#find(service);
    const item = { kind: 'Image', name: service.image, service: service.name } as const;
    const dryRun = this.#request.dryRun === true;
    if (build !== undefined && (found === undefined || this.#request.build === true || pullPolicy === 'build')) {
      const reason = found === undefined ? 'it is not there' : 'it is built anew';
      if (!dryRun) {
        await buildImage(this.#ports, {
          path: build.context, dockerfile: build.dockerfile, dockerfileText: build.dockerfileText, secrets: build.secrets, network: build.network, target: build.target, references: [service.image, ...build.tags], noCache: build.noCache, pull: build.pull ? 'Always' : 'Missing',
          buildArguments: Object.entries(build.arguments).map(([name, value]) => ({ name, value })), labels: Object.entries(build.labels).map(([name, value]) => ({ name, value })),
        }, this.#options, this.#signal);
      }
      this.#items.push({ ...item, action: dryRun ? 'WouldBuild' : 'Built', reason });
      this.#checkPlatform(service);
      return;
    }
    if (pullPolicy === 'build') throw new SiloError('ParameterInvalid', { args: { parameter: 'pull_policy', reason: 'the service has no build' } });
    if (found !== undefined && pullPolicy !== 'always') {
      this.#checkPlatform(service);
      return;
    }
    if (pullPolicy === 'never') throw new SiloError('ImageNotFound', { args: { reference: service.image }, target: { kind: 'image', id: service.image } });
    if (!dryRun) await pullImage(this.#ports, { reference: service.image, platform: service.platform, policy: pullPolicy === 'always' ? 'Always' : 'Missing' }, this.#options.progress, this.#signal);
    this.#items.push({ ...item, action: dryRun ? 'WouldPull' : 'Pulled', reason: found === undefined ? 'it is not there' : 'the file says always' });
    this.#checkPlatform(service);
  }

  #checkPlatform(service: ApplicationService): void {
    const found = this.#find(service)?.platform;
    if (service.platform === undefined || found === undefined) return;
    const own = [found.os, found.architecture, found.variant].filter(Boolean).join('/');
    if (own !== service.platform && `${found.os}/${found.architecture}` !== service.platform && found.os !== service.platform) throw new SiloError('ParameterInvalid', { args: { parameter: 'platform', reason: `the image ${service.image} is for ${own}, not for ${service.platform}` } });
  }

  async #plan(): Promise<readonly ReplicaStep[]> {
    const { name: application, services, knownServices } = this.#application;
    const wanted: WantedReplica[] = [...services.values()].flatMap((service) => {
      const hash = serviceHash(this.#application, service, (other) => this.#find(other)?.manifestDigest);
      return Array.from({ length: service.replicas }, (_, index) => ({ service: service.name, replica: index + 1, name: replicaName(application, service, index + 1), hash }));
    });
    const members = this.#ports.metadata.read((reader) => membersOf(reader, application));
    const existing = await Promise.all(members.map(async ({ record, membership }) => {
      const service = services.get(membership.service);
      // What somebody began to remove is made anew.
      const stale = record.state === 'removing' || (service !== undefined && await filesDiffer(this.#ports, record.id, service));
      return { id: record.id, service: membership.service, replica: membership.replica, name: record.name, hash: stale ? '' : membership.hash };
    }));
    return planReplicas(wanted, existing, knownServices);
  }

  #rehearse(steps: readonly ReplicaStep[]): void {
    for (const [key, network] of this.#application.networks) {
      const state = this.#networkState(key);
      if (state !== undefined) this.#items.push({ kind: 'Network', name: network.name, service: null, ...(state === 'kept' ? { action: 'Kept', reason: 'it is as it should be' } : state === 'missing' ? { action: 'WouldCreate', reason: 'it is not there' } : { action: 'WouldRecreate', reason: 'its configuration differs' }) });
    }
    const actions = { Create: 'WouldCreate', Recreate: 'WouldRecreate', Remove: 'WouldRemove', Keep: 'Kept', Orphan: 'WouldRemove' } as const;
    for (const { action, name, service, reason, id } of steps) {
      if (action === 'Orphan' && this.#request.removeOrphans !== true) continue;
      const starts = action === 'Keep' && this.#request.start === true && this.#rests(id ?? '');
      this.#items.push({ kind: 'Container', name, service, action: starts ? 'WouldStart' : actions[action], reason: starts ? 'it does not run' : reason });
    }
  }

  /** Undefined for a network that is somebody else's. */
  #networkState(key: string): 'missing' | 'differs' | 'kept' | undefined {
    const network = this.#application.networks.get(key);
    if (network === undefined || network.external) return undefined;
    const found = this.#ports.metadata.read((reader) => reader.networkByName(network.name));
    if (found === undefined) return 'missing';
    return hashOf(found) === networkHash(network) ? 'kept' : 'differs';
  }

  async #carryOut(steps: readonly ReplicaStep[]): Promise<void> {
    for (const { action, id, name, service, reason } of steps) {
      if (id === undefined || (action !== 'Remove' && !(action === 'Orphan' && this.#request.removeOrphans === true))) continue;
      await this.#named(service, () => this.#discard(id));
      this.#items.push({ kind: 'Container', name, service, action: 'Removed', reason });
    }
    await this.#clearTheWay(steps);
    for (const key of this.#application.networks.keys()) await this.#network(key);
    for (const [name, labels] of this.#application.volumes) if (Object.keys(labels).length > 0) await createVolume(this.#ports, { name, labels: Object.entries(labels).map(([label, value]) => ({ name: label, value })), ifNotExists: true }, this.#signal);
    const table = dependencyTable(this.#application.services);
    const results = await Promise.allSettled([...table.keys()].map((name) => this.#bringUp(name, steps, table)));
    // Those that wait for one that failed have its failure.
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  async #discard(id: string): Promise<void> {
    try {
      await stopMember(this.#ports, id, {}, this.#signal);
      await removeContainer(this.#ports, id, { force: true }, this.#signal);
    } catch (error) {
      if (!isSiloError(error, 'ContainerNotFound')) throw error;
    }
  }

  /** What stands on a network or in a sandbox that is made anew goes before it, the last first. */
  async #clearTheWay(steps: readonly ReplicaStep[]): Promise<void> {
    const changed = new Set([...this.#application.networks.keys()].filter((key) => this.#networkState(key) === 'differs'));
    const early = (service: ApplicationService | undefined): boolean => service !== undefined && (sharedServices(service.settings).length > 0 || service.settings.links.some(({ network }) => changed.has(network)));
    const gone = steps.filter(({ action, service }) => action === 'Recreate' && early(this.#application.services.get(service)));
    for (const { id, service } of gone.reverse()) if (id !== undefined) await this.#named(service, () => this.#discard(id));
  }

  async #network(key: string): Promise<void> {
    const network = this.#application.networks.get(key);
    const state = this.#networkState(key);
    if (network === undefined || state === undefined) return;
    const item = { kind: 'Network', name: network.name, service: null } as const;
    if (state === 'kept') {
      this.#items.push({ ...item, action: 'Kept', reason: 'it is as it should be' });
      return;
    }
    if (state === 'differs') await removeNetwork(this.#ports, network.name, false, this.#signal);
    await createNetwork(this.#ports, {
      name: network.name, driver: network.driver, subnets: network.subnets, gateways: network.gateways, ipv6: network.ipv6, mtu: network.mtu, parentInterface: network.parentInterface,
      labels: [...Object.entries(network.labels).map(([name, value]) => ({ name, value })), ...networkLabels(this.#application.name, networkHash(network))],
    }, this.#signal);
    this.#items.push({ ...item, action: state === 'missing' ? 'Created' : 'Recreated', reason: state === 'missing' ? 'it is not there' : 'its configuration differs' });
  }

  /** Ids of the service's containers, once they are there and, where asked for, started. Services that do not wait for each other go at once. */
  #bringUp(name: string, steps: readonly ReplicaStep[], table: ReadonlyMap<string, readonly string[]>): Promise<readonly string[]> {
    let work = this.#running.get(name);
    if (work === undefined) {
      work = this.#bringUpAfter(name, (table.get(name) ?? []).filter((other) => table.has(other)).map((other) => [other, this.#bringUp(other, steps, table)] as const), steps);
      // Whoever waits for all of them hears of it.
      work.catch(() => undefined);
      this.#running.set(name, work);
    }
    return work;
  }

  async #bringUpAfter(name: string, dependencies: readonly (readonly [string, Promise<readonly string[]>])[], steps: readonly ReplicaStep[]): Promise<readonly string[]> {
    const service = this.#application.services.get(name);
    if (service === undefined) return [];
    for (const [other, work] of dependencies) {
      const dependency = service.dependsOn[other];
      try {
        const ids = await work;
        if (this.#request.start === true && dependency !== undefined) await this.#named(other, async () => { for (const id of ids) await awaitCondition(this.#ports, id, dependency.condition, this.#request.timeoutSeconds, this.#signal); });
      } catch (error) {
        if (dependency?.required !== false) throw error;
        this.#warnings.push(`${name} goes on without ${other}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    return this.#named(name, async () => {
      const ids: string[] = [];
      for (const step of steps) if (step.service === name && step.wanted !== undefined) ids.push(await this.#replica(service, step, step.wanted));
      return ids;
    });
  }

  async #replica(service: ApplicationService, step: ReplicaStep, wanted: WantedReplica): Promise<string> {
    const item = { kind: 'Container', name: wanted.name, service: service.name } as const;
    let { id } = step;
    if (step.action !== 'Keep') {
      if (id !== undefined) await this.#discard(id);
      const image = this.#ports.metadata.read((reader) => findImage(reader, service.image));
      const request = replicaRequest(this.#application, service, wanted.replica, wanted.hash, image, await this.#configs.defaults(image.configDigest));
      const { record, warning } = await createContainer(this.#ports, this.#configs, request, this.#signal);
      if (warning !== undefined) this.#warnings.push(warning);
      id = record.id;
      if (step.action === 'Recreate') this.#renewed.add(service.name);
      this.#items.push({ ...item, action: step.action === 'Create' ? 'Created' : 'Recreated', reason: step.reason });
    }
    if (id === undefined) return '';
    await holdFiles(this.#ports, id, service);
    // What a start of the host took away, and what has changed since.
    await keepShareCredentials(this.#ports, service.shareCredentials);
    if (this.#request.start === true && !this.#hasSucceeded(id)) {
      const renewed = Object.entries(service.dependsOn).find(([other, { restart }]) => restart === true && this.#renewed.has(other))?.[0];
      if (step.action === 'Keep' && renewed !== undefined && this.#ports.metadata.read((reader) => reader.container(id))?.state === 'running') {
        await stopMember(this.#ports, id, {}, this.#signal);
        await startContainer(this.#ports, id, this.#signal);
        await runAfterStart(this.#ports, id, this.#signal);
        this.#items.push({ ...item, action: 'Restarted', reason: `${renewed} was made anew` });
        return id;
      }
      const changed = await startMember(this.#ports, id, this.#signal);
      if (step.action === 'Keep') this.#items.push({ ...item, action: changed ? 'Started' : 'Kept', reason: changed ? 'it did not run' : step.reason });
    } else if (step.action === 'Keep') this.#items.push({ ...item, action: 'Kept', reason: step.reason });
    return id;
  }

  #rests(id: string): boolean {
    const record = this.#ports.metadata.read((reader) => reader.container(id));
    return record !== undefined && record.state !== 'running' && !this.#hasSucceeded(id);
  }

  /** True for one that did its work once and for all: others wait for its success, and it had that. */
  #hasSucceeded(id: string): boolean {
    const record = this.#ports.metadata.read((reader) => reader.container(id));
    const service = record === undefined ? undefined : membershipOf(record)?.service;
    if (service === undefined || record?.state !== 'exited' || record.exitCode !== 0) return false;
    return [...this.#application.services.values()].some(({ dependsOn }) => dependsOn[service]?.condition === 'service_completed_successfully');
  }
}
