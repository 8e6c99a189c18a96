import { SiloError } from '../base/index.ts';
import type { ContainerRecord, Isolation, MetadataReader } from '../core/index.ts';
import { findContainer } from './container-lookup.ts';
import { imageHost } from './image-host.ts';
import { podRule } from './isolation-pods.ts';
import { chooseIsolation, type IsolationChoice } from './isolation.ts';
import type { IsolationTechnology, Ports } from './ports.ts';
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
  if (other.name !== runtime.name) throw apart(what, owner, effective === 'HyperV' ? 'that one is in a utility VM with a kernel of its own, and the container is not' : "that one shares this host's kernel, and the container is to have one of its own");
  if (effective === 'HyperV' && other.joinsMachines !== true) throw apart(what, owner, 'on this host every container with Hyper-V isolation has a utility VM of its own');
};

/** Which isolation a container gets that shares the network of another: with Auto that one's. @throws SiloError SharingUnsupported, and what `chooseIsolation` throws */
export const chooseBeside = (ports: Ports, wish: BesideWish, owner: ContainerRecord): IsolationChoice => {
  const wanted: Isolation = wish.wanted === 'Auto' ? technologyOf(ports.isolations, owner).effective : wish.wanted;
  const choice = chooseIsolation(ports, { ...wish, wanted });
  const { containers, reason } = podRule(wish.image.platform, imageHost(ports));
  if (containers !== 'several') throw apart('network', owner, reason);
  refuseApart(ports, 'network', owner, choice.technology);
  return choice;
};
