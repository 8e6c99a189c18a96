import { SiloError, familiarImageReference, formatPlatform, parseImageReference } from '../../base/index.ts';
import type { Params, WireFound } from '../../contract/index.ts';
import type { ImageRecord } from '../../core/index.ts';
import {
  desiredApplication, desiredContainer, desiredContainerList, desiredHost, desiredImage, desiredNetwork, desiredVolume, setDesired, testDesired,
  type ApplicationWish, type ContainerWish, type DesiredKind, type Difference, type FoundContainer, type FoundContainerList, type FoundHost, type Work,
} from '../../desired/index.ts';
import type { ApplicationStatus, NetworkWithUsers, VolumeWithUsers } from '../../engine/index.ts';
import { lower, mountCredentialsOf, mountOf, resourcesOf, restartPolicyOf } from './create-request.ts';
import type { CallContext, Handlers } from './handlers.ts';
import { driverOf, drivers } from './network-handlers.ts';
import { capital, viewRecord } from './views.ts';

type Wishes = Params<'desired/test'>;
type WireContainerWish = NonNullable<Wishes['container']>;

const containerWish = ({ restartPolicy, maximumRetries, mounts, state, ...wish }: WireContainerWish): ContainerWish => ({
  ...wish, resources: resourcesOf(wish), mounts: mounts?.map(mountOf), mountCredentials: mountCredentialsOf(mounts), state: state === undefined ? undefined : lower(state),
  restartPolicy: restartPolicyOf(restartPolicy === undefined ? undefined : { name: restartPolicy, ...(maximumRetries === undefined ? {} : { maximumRetries }) }),
});

const applicationWish = ({ environment, state, ...wish }: NonNullable<Wishes['application']>): ApplicationWish => ({
  ...wish, state: state === undefined ? undefined : lower(state), environment: new Map((environment ?? []).map(({ name, value }) => [name, value])),
});

/** Fields that have a value: what is left out is not managed when it is asked for again. */
const known = <T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> };

const viewContainer = ({ container: { record }, networks, own }: FoundContainer): NonNullable<WireFound['container']> => {
  const { resources, networking } = record.spec;
  const wire = viewRecord(record);
  const running = record.state === 'running' || record.state === 'starting';
  return {
    name: record.name, exist: true,
    ...known({
      image: familiarImageReference(parseImageReference(record.spec.imageReference)), command: own.command, entrypoint: own.entrypoint, environment: [...own.environment], labels: [...own.labels], user: own.user,
      workingDirectory: own.workingDirectory, hostName: own.hostName, networks: [...networks], ports: networking === undefined ? undefined : wire.ports, mounts: own.mounts.map(({ kind, inMemory: _inMemory, ...mount }) => ({ ...mount, kind: capital(kind as Exclude<typeof kind, 'file'>) })),
      isolation: record.isolation, memoryBytes: resources.memoryBytes, cpuCount: resources.cpuCount, cpuWeight: resources.cpuWeight, processCount: resources.processCount, memorySwapBytes: resources.memorySwapBytes,
      cpuSet: resources.cpuSet, blockIoWeight: resources.blockIoWeight, restartPolicy: wire.restartPolicy, maximumRetries: wire.maximumRetries ?? undefined, readOnlyRoot: record.spec.readOnlyRoot, privileged: record.spec.privileged,
      stopTimeoutSeconds: record.spec.stopTimeoutSeconds, state: running ? 'Running' as const : record.state === 'paused' ? 'Paused' as const : 'Stopped' as const, id: record.id, imageDigest: record.manifestDigest,
      effectiveIsolation: wire.effectiveIsolation, ipAddress: record.ipAddress, exitCode: record.exitCode ?? undefined,
    }),
  } as NonNullable<WireFound['container']>;
};

const plainPlatform = ({ osVersion: _osVersion, ...platform }: ImageRecord['platform']): string => formatPlatform(platform);

const viewImage = (image: ImageRecord): NonNullable<WireFound['image']> => ({
  reference: familiarImageReference(parseImageReference(image.reference)), exist: true, digest: image.manifestDigest, platform: plainPlatform(image.platform), id: image.configDigest,
  ...known({ osVersion: image.platform.osVersion }), sizeBytes: image.unpackedBytes,
});

const viewNetwork = ({ network, containers }: NetworkWithUsers): NonNullable<WireFound['network']> => ({
  name: network.name, exist: true, ...(network.driver === 'foreign' ? {} : { driver: drivers[network.driver] }), subnets: network.subnets.map(({ prefix }) => prefix), gateways: network.subnets.flatMap(({ gateway }) => gateway ?? []),
  ...known({ parentInterface: network.parentInterface, vlanId: network.vlanId, mtu: network.mtu, dnsSuffix: network.dnsSuffix }), dnsServers: [...network.dnsServers], labels: [...network.labels], id: network.id, containers: [...containers],
});

const viewVolume = ({ volume, path, containers }: VolumeWithUsers): NonNullable<WireFound['volume']> => ({ name: volume.id, exist: true, labels: [...volume.labels], path, containers: [...containers] });

const viewHost = ({ features, ...host }: FoundHost): NonNullable<WireFound['host']> => ({ ...host, features: [...features] });

const viewApplication = ({ name, state, services, containers, networks }: ApplicationStatus): NonNullable<WireFound['application']> => ({
  name, exist: true, state: capital(state), services: services.map((service) => service.name), containers: [...containers], networks: [...networks],
});

const viewList = ({ scope, containers }: FoundContainerList): NonNullable<WireFound['containerList']> => ({ scope, exist: true, containers: containers.map(viewContainer) });

interface Answered { readonly found: WireFound; readonly differences: Difference[] }
interface SetAnswered extends Answered { readonly before: WireFound; readonly left: Difference[] }

/** A kind of the wire: how it is tested, set and listed. */
interface Served {
  readonly test: (wishes: Wishes, work: Work) => Promise<Answered>;
  readonly set: (wishes: Wishes, work: Work, dryRun: boolean) => Promise<SetAnswered>;
  readonly list: (work: Work) => Promise<WireFound[]>;
}

type Kind = keyof Wishes;

const serve = <K extends Kind, W extends { readonly exist?: boolean | undefined }, S>(
  field: K, kind: DesiredKind<W, S>, wishOf: (wish: NonNullable<Wishes[K]>) => W, view: (state: S) => NonNullable<WireFound[K]>, absent: (wish: NonNullable<Wishes[K]>) => NonNullable<WireFound[K]>,
): Served => {
  const given = (wishes: Wishes): NonNullable<Wishes[K]> => wishes[field] as NonNullable<Wishes[K]>;
  const found = (state: S | undefined, wish: NonNullable<Wishes[K]>): WireFound => ({ [field]: state === undefined ? absent(wish) : view(state) });
  return {
    test: async (wishes, work) => {
      const { state, differences } = await testDesired(kind, work, wishOf(given(wishes)));
      return { found: found(state, given(wishes)), differences: [...differences] };
    },
    set: async (wishes, work, dryRun) => {
      const { before, after } = await setDesired(kind, work, wishOf(given(wishes)), dryRun);
      return { before: found(before.state, given(wishes)), found: found(after.state, given(wishes)), differences: [...before.differences], left: [...after.differences] };
    },
    list: async (work) => (await kind.list(work)).map((state) => ({ [field]: view(state) })),
  };
};

const kinds: Readonly<Record<Kind, Served>> = {
  container: serve('container', desiredContainer, containerWish, viewContainer, ({ name }) => ({ name, exist: false })),
  image: serve('image', desiredImage, (wish) => wish, viewImage, ({ reference }) => ({ reference, exist: false })),
  network: serve('network', desiredNetwork, ({ driver, ...wish }) => ({ ...wish, driver: driverOf(driver) }), viewNetwork, ({ name }) => ({ name, exist: false })),
  volume: serve('volume', desiredVolume, (wish) => wish, viewVolume, ({ name }) => ({ name, exist: false })),
  host: serve('host', desiredHost, (wish) => wish, viewHost, () => ({ name: '', restartNeeded: false })),
  application: serve('application', desiredApplication, applicationWish, viewApplication, ({ name }) => ({ name, exist: false })),
  containerList: serve('containerList', desiredContainerList, ({ containers, ...wish }) => ({ ...wish, containers: containers?.map(containerWish) }), viewList, ({ scope }) => ({ scope, exist: false })),
};

const servedBy = (wishes: Wishes): Served => {
  const [kind, other] = (Object.keys(kinds) as Kind[]).filter((name) => wishes[name] !== undefined);
  if (kind === undefined || other !== undefined) throw new SiloError('ParameterInvalid', { args: { parameter: other ?? 'the parameters', reason: `exactly one of ${Object.keys(kinds).join(', ')} is given` } });
  return kinds[kind];
};

const workOf = ({ engine, signal, progress }: CallContext): Work => ({ engine, signal, progress });

/** Methods of desired state. */
export const desiredHandlers: Handlers<'desired/test' | 'desired/set' | 'desired/list'> = {
  'desired/test': (wishes, context) => servedBy(wishes).test(wishes, workOf(context)),
  'desired/set': ({ dryRun, progressToken: _token, ...wishes }, context) => servedBy(wishes).set(wishes, workOf(context), dryRun ?? false),
  'desired/list': async ({ kind }, context) => ({ items: await kinds[kind].list(workOf(context)) }),
};
