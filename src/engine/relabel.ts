import { SiloError } from '../base/index.ts';
import type { NameValue } from '../core/index.ts';
import { withContainer } from './container-lock.ts';
import { withNetworks } from './network-lock.ts';
import { findNetwork } from './network-lookup.ts';
import type { Ports } from './ports.ts';
import { withVolume } from './volume-lock.ts';

/** Gives a container these labels in place of those that it has, running or not. @throws SiloError ContainerNotFound, IdAmbiguous */
export const relabelContainer = (ports: Ports, reference: string, labels: readonly NameValue[], signal?: AbortSignal): Promise<void> =>
  withContainer(ports, reference, signal, (record) => ports.metadata.write((writer) => { writer.updateContainer(record.id, { spec: { ...record.spec, labels } }); }, signal));

/** Gives a volume these labels in place of those that it has. @throws SiloError VolumeNotFound */
export const relabelVolume = (ports: Ports, name: string, labels: readonly NameValue[], signal?: AbortSignal): Promise<void> =>
  withVolume(ports, name, signal, () => ports.metadata.write((writer) => {
    const volume = writer.volume(name);
    if (volume === undefined) throw new SiloError('VolumeNotFound', { args: { id: name }, target: { kind: 'volume', id: name } });
    writer.putVolume({ ...volume, labels });
  }, signal));

/** Gives a network these labels in place of those that it has. @throws SiloError NetworkNotFound, IdAmbiguous */
export const relabelNetwork = (ports: Ports, reference: string, labels: readonly NameValue[], signal?: AbortSignal): Promise<void> =>
  withNetworks(ports, { shared: false, signal }, () => ports.metadata.write((writer) => { writer.updateNetwork({ ...findNetwork(writer, reference), labels }); }, signal));
