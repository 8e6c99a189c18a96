import { SiloError } from '../base/index.ts';
import type { ContainerRecord, Isolation, MetadataReader } from '../core/index.ts';
import { findContainer } from './container-lookup.ts';
import { withContainer } from './container-lock.ts';
import type { EffectiveIsolation, Ports } from './ports.ts';
import { chooseIsolation, technologyOf } from './technology.ts';

const settingName = 'isolation';

export interface IsolationReport {
  readonly container: ContainerRecord | undefined;
  readonly isolation: Isolation;
  readonly effective: EffectiveIsolation;
  readonly reason: string;
  readonly available: readonly { readonly isolation: EffectiveIsolation; readonly available: boolean; readonly reason: string }[];
}

/** The host's default: what New-Container takes where it is not told. */
export const hostIsolation = (reader: MetadataReader): Isolation => (reader.setting(settingName) as Isolation | undefined) ?? 'Auto';

const available = (ports: Ports): IsolationReport['available'] =>
  (['Process', 'HyperV'] as const).map((isolation) => ({ isolation, available: ports.isolations[isolation].technology !== undefined, reason: ports.isolations[isolation].reason }));

export const getIsolation = (ports: Ports, reference?: string): IsolationReport => {
  const { container, wanted } = ports.metadata.read((reader) => {
    const found = reference === undefined ? undefined : findContainer(reader, reference);
    return { container: found, wanted: found?.isolation ?? hostIsolation(reader) };
  });
  if (container === undefined) {
    const { effective, reason } = chooseIsolation(ports.isolations, wanted);
    return { container, isolation: wanted, effective, reason, available: available(ports) };
  }
  const { effective } = technologyOf(ports.isolations, container);
  return { container, isolation: wanted, effective, reason: wanted === 'Auto' ? ports.isolations[effective].reason : `${wanted} was asked for`, available: available(ports) };
};

export const setHostIsolation = async (ports: Ports, isolation: Isolation): Promise<IsolationReport> => {
  chooseIsolation(ports.isolations, isolation);
  await ports.metadata.write((writer) => {
    writer.setSetting(settingName, isolation);
    writer.appendEvent({ time: ports.clock.now(), kind: 'host/isolation', subject: 'host', attributes: [{ name: 'isolation', value: isolation }] });
  });
  return getIsolation(ports);
};

/**
 * Changes a stopped container's isolation. One whose technology stays keeps its writable layer; another
 * technology would need the layer in another form, which no isolation of this host asks for yet.
 */
export const setContainerIsolation = async (ports: Ports, reference: string, isolation: Isolation, signal?: AbortSignal): Promise<IsolationReport> => {
  const id = await withContainer(ports, reference, signal, async (record) => {
    if (record.state !== 'created' && record.state !== 'exited') throw new SiloError('ContainerRunning', { args: { id: reference }, target: { kind: 'container', id: record.id } });
    const { technology } = chooseIsolation(ports.isolations, isolation);
    if (technology.snapshotter.name !== technologyOf(ports.isolations, record).snapshotter.name) {
      throw new SiloError('IsolationUnsupported', { args: { isolation, reason: 'the container keeps its files in another form' }, target: { kind: 'container', id: record.id } });
    }
    await ports.metadata.write((writer) => {
      writer.updateContainer(record.id, { isolation, runtime: technology.runtime.name });
      writer.appendEvent({ time: ports.clock.now(), kind: 'container/isolation', subject: record.id, attributes: [{ name: 'isolation', value: isolation }] });
    });
    return record.id;
  });
  return getIsolation(ports, id);
};
