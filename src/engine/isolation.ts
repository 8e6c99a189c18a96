import { SiloError, type Platform } from '../base/index.ts';
import type { ContainerRecord, Isolation, MetadataReader } from '../core/index.ts';
import type { EffectiveIsolation } from '../image/index.ts';
import { findContainer } from './container-lookup.ts';
import { imageHost } from './image-host.ts';
import { decideIsolation, type IsolationDecision } from './isolation-decision.ts';
import { platformMismatch } from './platform-mismatch.ts';
import type { IsolationTechnology, Ports } from './ports.ts';
import { technologyOf } from './technology.ts';

const settingName = 'isolation';

export interface IsolationReport {
  readonly container: ContainerRecord | undefined;
  readonly isolation: Isolation;
  readonly effective: EffectiveIsolation;
  readonly reason: string;
  /** What the user should know although it works. */
  readonly warning: string | undefined;
  readonly available: readonly { readonly isolation: EffectiveIsolation; readonly available: boolean; readonly reason: string; readonly action: string | undefined }[];
}

/** The host's default: what New-Container takes where it is not told. */
export const hostIsolation = (reader: MetadataReader): Isolation => (reader.setting(settingName) as Isolation | undefined) ?? 'Auto';

export interface IsolationChoice extends IsolationDecision {
  readonly effective: EffectiveIsolation;
  readonly technology: IsolationTechnology;
}

interface Wish {
  /** Undefined asks for the host alone. */
  readonly image: { readonly reference: string; readonly platform: Platform } | undefined;
  readonly wanted: Isolation;
  readonly hostDefault: Isolation;
}

/** Which isolation a container gets, with what it is made of. @throws SiloError IsolationUnsupported, ImagePlatformMismatch */
export const chooseIsolation = (ports: Ports, { image, wanted, hostDefault }: Wish): IsolationChoice => {
  const decision = decideIsolation({ host: imageHost(ports), image: image?.platform, wanted, hostDefault });
  const { effective } = decision;
  const technology = effective === undefined ? undefined : technologyFor(ports, effective, image?.platform.os ?? ports.host.os);
  if (effective !== undefined && technology !== undefined) return { ...decision, effective, technology };
  if (image !== undefined && decision.obstacle === 'image') throw platformMismatch(ports, image, decision);
  const remedy = decision.action === undefined ? '' : `; what would help: ${decision.action}`;
  throw new SiloError('IsolationUnsupported', { args: { isolation: wanted, reason: `${decision.reason}${remedy}` }, target: { kind: 'isolation', id: wanted } });
};

const technologyFor = ({ isolations, host }: Ports, effective: EffectiveIsolation, os: string): IsolationTechnology | undefined =>
  os === host.os ? isolations[effective].technology : isolations[effective].linux?.technology;

const available = (ports: Ports): IsolationReport['available'] => {
  const host = imageHost(ports);
  return (['Process', 'HyperV'] as const).map((isolation) => ({ isolation, ...host.isolations[isolation], action: host.isolations[isolation].action }));
};

export const getIsolation = (ports: Ports, reference?: string): IsolationReport => {
  const { container, hostDefault, platform } = ports.metadata.read((reader) => {
    const found = reference === undefined ? undefined : findContainer(reader, reference);
    return { container: found, hostDefault: hostIsolation(reader), platform: found === undefined ? undefined : reader.imagesByManifest(found.manifestDigest)[0]?.platform };
  });
  if (container === undefined) {
    const { effective, reason, warning } = chooseIsolation(ports, { image: undefined, wanted: hostDefault, hostDefault });
    return { container, isolation: hostDefault, effective, reason, warning, available: available(ports) };
  }
  const wanted = container.isolation;
  const { effective } = technologyOf(ports.isolations, container);
  const decision = platform === undefined ? undefined : decideIsolation({ host: imageHost(ports), image: platform, wanted, hostDefault });
  // What was decided when the container was made stays, whatever would be decided now.
  const same = decision?.effective === effective ? decision : undefined;
  const reason = wanted === 'Auto' ? same?.reason ?? `${effective} was the choice when the container was made` : `${wanted} was asked for`;
  return { container, isolation: wanted, effective, reason, warning: same?.warning, available: available(ports) };
};

export const setHostIsolation = async (ports: Ports, isolation: Isolation): Promise<IsolationReport> => {
  chooseIsolation(ports, { image: undefined, wanted: isolation, hostDefault: isolation });
  await ports.metadata.write((writer) => {
    writer.setSetting(settingName, isolation);
    writer.appendEvent({ time: ports.clock.now(), kind: 'host/isolation', subject: 'host', attributes: [{ name: 'isolation', value: isolation }] });
  });
  return getIsolation(ports);
};
