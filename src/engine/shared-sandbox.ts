import { SiloError, type Platform } from '../base/index.ts';
import type { ContainerRecord, Isolation, MetadataReader } from '../core/index.ts';
import { parseWindowsVersion } from '../image/index.ts';
import { findContainer } from './container-lookup.ts';
import { imageHost } from './image-host.ts';
import { platformOfImage } from './image-platform.ts';
import { podRule } from './isolation-pods.ts';
import { chooseIsolation, type IsolationChoice } from './isolation.ts';
import type { EffectiveIsolation, IsolationTechnology, Ports } from './ports.ts';
import { technologyOf } from './technology.ts';

const prefix = 'container:';

type Wish = Parameters<typeof chooseIsolation>[1];
interface BesideWish extends Wish { readonly image: NonNullable<Wish['image']> }

const apart = (what: string, owner: ContainerRecord, reason: string): SiloError => new SiloError('SharingUnsupported', { args: { what, owner: owner.name, reason }, target: { kind: 'container', id: owner.id } });

/** The container whose network a request asks to share; undefined where it asks for another. @throws SiloError ContainerNotFound, IdAmbiguous */
export const namedOwner = (reader: MetadataReader, network: string | undefined): ContainerRecord | undefined =>
  (network?.toLowerCase().startsWith(prefix) === true ? findContainer(reader, network.slice(prefix.length)) : undefined);

/**
 * Containers share a network, or a namespace, where they share a kernel: this system's, or that of one utility VM.
 * @throws SiloError SharingUnsupported
 */
export const refuseApart = (ports: Ports, what: string, owner: ContainerRecord, { runtime }: IsolationTechnology): void => {
  const { runtime: other, effective } = technologyOf(ports.isolations, owner);
  if (other.name !== runtime.name) throw apart(what, owner, whyApart(effective, technologyOf(ports.isolations, { runtime: runtime.name }).effective));
  if (effective === 'HyperV' && other.joinsMachines !== true) throw apart(what, owner, 'on this host every container with Hyper-V isolation has a utility VM of its own');
};

const whyApart = (owner: EffectiveIsolation, other: EffectiveIsolation): string => {
  if (owner === other) return 'that one is in a utility VM with the kernel of another system';
  return owner === 'HyperV' ? 'that one is in a utility VM with a kernel of its own, and the container is not' : "that one shares this host's kernel, and the container is to have one of its own";
};

/** Which isolation a container gets that shares the network of another: with Auto that one's. @throws SiloError SharingUnsupported, and what `chooseIsolation` throws */
export const chooseBeside = async (ports: Ports, wish: BesideWish, owner: ContainerRecord): Promise<IsolationChoice> => {
  const wanted: Isolation = wish.wanted === 'Auto' ? technologyOf(ports.isolations, owner).effective : wish.wanted;
  const choice = chooseIsolation(ports, { ...wish, wanted });
  const { containers, reason, sameBuild } = podRule(wish.image.platform, imageHost(ports));
  if (containers !== 'several') throw apart('network', owner, reason);
  refuseApart(ports, 'network', owner, choice.technology);
  // A utility VM has the kernel of the image that it was made for.
  if (sameBuild && choice.effective === 'HyperV') refuseOtherBuild(owner, wish.image.platform, await platformOfImage(ports, owner.manifestDigest));
  return choice;
};

const refuseOtherBuild = (owner: ContainerRecord, image: Platform, ofOwner: Platform): void => {
  const [build, machine] = [image, ofOwner].map(({ osVersion }) => parseWindowsVersion(osVersion)?.build);
  if (build !== machine) throw apart('network', owner, `that one's utility VM runs build ${machine ?? 'unknown'}, and the image is of build ${build ?? 'unknown'}`);
};
