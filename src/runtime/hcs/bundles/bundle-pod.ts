import { SiloError } from '../../../base/index.ts';
import { freeDisks, freeMemories } from '../machine-place.ts';
import type { BundleConfig } from './bundle-config.ts';
import type { BundleState, BundleStates } from './bundle-states.ts';

/** Where a new container belongs. */
export interface BundleHome {
  readonly sandboxId: string | undefined;
  /** Container whose utility VM it joins; its own id where it gets one; undefined on the host's kernel. */
  readonly hostId: string | undefined;
  readonly networkNamespace: string | undefined;
}

/** The annotations by which those who make pods name them: type, and id of the pod's sandbox (runhcs, container.go). */
const podNames = [
  ['io.kubernetes.cri.container-type', 'io.kubernetes.cri.sandbox-id'], ['io.kubernetes.cri-o.ContainerType', 'io.kubernetes.cri-o.SandboxID'], ['io.kubernetes.docker.type', 'io.kubernetes.sandbox.id'],
] as const;

const invalid = (parameter: string, reason: string): SiloError => new SiloError('ParameterInvalid', { args: { parameter, reason } });

const podOf = (annotations: Readonly<Record<string, string>>): { readonly id: string; readonly isSandbox: boolean } | undefined => {
  for (const [typeName, idName] of podNames) {
    const type = annotations[typeName] ?? '';
    if (type === '') continue;
    if (!['container', 'sandbox', 'podsandbox'].includes(type)) return undefined;
    return { id: annotations[idName] ?? '', isSandbox: type !== 'container' };
  }
  return undefined;
};

/** Finds the pod, the utility VM and the network namespace that a container asks for. @throws SiloError ParameterInvalid, ContainerNotFound, OptionUnsupported */
export const findHome = async (states: BundleStates, id: string, host: string | undefined, config: BundleConfig): Promise<BundleHome> => {
  const pod = podOf(config.annotations);
  if (pod?.isSandbox === true && pod.id !== id) throw invalid('annotations', `the sandbox's id '${pod.id}' is not the container's`);
  let hostId = host;
  if (pod?.isSandbox === false) {
    const sandbox: BundleState = await states.read(pod.id);
    if (sandbox.sandboxId !== pod.id) throw invalid('annotations', `container ${pod.id} is not a sandbox`);
    if (host !== undefined && host !== sandbox.hostId) throw invalid('host', `the sandbox ${pod.id} is ${sandbox.hostId === undefined ? 'in no utility VM' : `in that of ${sandbox.hostId}`}`);
    hostId = sandbox.hostId;
    if (config.kind !== 'process' && hostId === undefined) throw invalid('annotations', `the sandbox ${pod.id} has no utility VM`);
  }
  if (hostId !== undefined) {
    const owner = await states.read(hostId);
    if (owner.hostId !== hostId) throw invalid('host', `container ${hostId} has no utility VM of its own`);
    if (config.kind === 'process' || owner.kind !== config.kind) throw invalid('host', `the utility VM of ${hostId} runs other containers than this bundle's (${owner.kind}, not ${config.kind})`);
  } else if (config.kind !== 'process') {
    hostId = id;
  }
  const shared = config.networkSharedContainer === undefined ? undefined : (await states.read(config.networkSharedContainer)).networkNamespace;
  const networkNamespace = shared ?? config.networkNamespace;
  if (networkNamespace !== undefined && hostId !== undefined) throw new SiloError('OptionUnsupported', { args: { option: 'windows.network', reason: 'utility VMs of bundles get no network adapter' } });
  return { sandboxId: pod?.id, hostId, networkNamespace };
};

const disksEach = 64;
const memoriesEach = 64;

/** The first disk and the first run of persistent memories that no other container of the VM has. Disk 0 of a Windows machine is its own, and so is memory 0 of a Linux one that starts from it. */
export const freePlace = (others: readonly BundleState[], first: { readonly lun: number; readonly firstMemory: number }, memories: number): NonNullable<BundleState['place']> => {
  const taken = others.flatMap(({ place }) => (place === undefined ? [] : [{ ...place, disks: 1 }]));
  const lun = freeDisks(taken, first.lun, disksEach, 1);
  if (lun === undefined) throw invalid('host', 'the utility VM has no room for another disk');
  const firstMemory = freeMemories(taken, first.firstMemory, memoriesEach, memories);
  if (firstMemory === undefined) throw invalid('windows.layerFolders', `the utility VM has no room for ${memories} more layers`);
  return { lun, firstMemory, memories };
};
