import { SiloError } from '../base/index.ts';
import type { SnapshotKey, Snapshotter } from '../core/index.ts';
import type { EffectiveIsolation, IsolationTechnology, Ports } from './ports.ts';

type Isolations = Ports['isolations'];

/** Every technology of this host with its isolation, the one for images first. */
export const technologies = (isolations: Isolations): readonly (IsolationTechnology & { readonly effective: EffectiveIsolation })[] =>
  (['Process', 'HyperV'] as const).flatMap((effective) => [isolations[effective].technology, isolations[effective].linux?.technology].filter((technology) => technology !== undefined).map((technology) => ({ ...technology, effective })));

/** Where images of this host's system are unpacked when they arrive; other technologies unpack them when a container first needs it. @throws SiloError IsolationUnsupported */
export const imageTechnology = (isolations: Isolations): IsolationTechnology => {
  const technology = isolations.Process.technology ?? isolations.HyperV.technology;
  if (technology !== undefined) return technology;
  const reason = [...new Set([isolations.Process.reason, isolations.HyperV.reason])].join('; ');
  throw new SiloError('IsolationUnsupported', { args: { isolation: 'Auto', reason }, target: { kind: 'isolation', id: 'Auto' } });
};

/** As `imageTechnology` for images of another system, where this host runs them; undefined where nothing here could unpack them. */
export const technologyForImages = ({ isolations, host }: Pick<Ports, 'isolations' | 'host'>, os: string): IsolationTechnology | undefined =>
  os === host.os ? imageTechnology(isolations) : os === 'linux' ? isolations.HyperV.linux?.technology : undefined;

/** The technology a container was made with. */
export const technologyOf = (isolations: Isolations, record: { readonly runtime: string }): IsolationTechnology & { readonly effective: EffectiveIsolation } => {
  const found = technologies(isolations).find(({ runtime }) => runtime.name === record.runtime);
  if (found !== undefined) return found;
  throw new SiloError('IsolationUnsupported', { args: { isolation: record.runtime, reason: 'the container was made on a host that had it' }, target: { kind: 'isolation', id: record.runtime } });
};

/** Every snapshotter of this host once. */
export const snapshotters = (isolations: Isolations): readonly Snapshotter[] => [...new Map(technologies(isolations).map(({ snapshotter }) => [snapshotter.name, snapshotter])).values()];

/** Removes snapshots from the disk, each through the snapshotter that made it. One whose snapshotter this host no longer has stays. */
export const snapshotRemover = (ports: Pick<Ports, 'isolations' | 'metadata'>): ((key: SnapshotKey) => Promise<void>) => {
  const owners = snapshotters(ports.isolations);
  const [only] = owners;
  if (owners.length === 1 && only !== undefined) return (key) => only.remove(key);
  const ownerOf = new Map(ports.metadata.read((reader) => owners.flatMap((owner) => reader.snapshotKeys(owner.name).map((key) => [key, owner] as const))));
  return async (key) => { await ownerOf.get(key)?.remove(key); };
};
