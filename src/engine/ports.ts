import type { Clock, ContainerFiles, ContentStore, FileTransfer, ForeignSystems, HostFacts, HostFeatures, HostService, Locks, Logger, LogReader, Metadata, Network, PortProbe, Registry, Runtime, ShareCredentials, Shares, Snapshotter, StateRoot, SupervisorControl, Volumes, WebFiles } from '../core/index.ts';
import type { EffectiveIsolation } from '../image/index.ts';

/** What one isolation is made of. Each has a runtime of its own name: a container's record keeps that name. */
export interface IsolationTechnology {
  readonly runtime: Runtime;
  readonly snapshotter: Snapshotter;
}

/** An isolation of this host, or the reason why it has none. */
export interface IsolationOffer {
  readonly technology: IsolationTechnology | undefined;
  readonly reason: string;
  /** What would bring it. */
  readonly action?: string | undefined;
  /** Processors beside the host's own whose images it runs. */
  readonly architectures?: readonly string[] | undefined;
  /** The same isolation for Linux images, where the host is another system. */
  readonly linux?: Omit<IsolationOffer, 'linux'> | undefined;
}

export type { EffectiveIsolation };

/** What SMB shares are mounted with. */
export interface ShareHost {
  readonly mounts: Shares;
  readonly credentials: ShareCredentials;
}

/** Everything that use cases work with; the composition root fills it. */
export interface Ports {
  readonly metadata: Metadata;
  readonly content: ContentStore;
  readonly locks: Locks;
  readonly files: ContainerFiles;
  readonly volumes: Volumes;
  /** Undefined where no SMB share can be mounted. */
  readonly shares?: ShareHost | undefined;
  readonly network: Network;
  /** What a container gets that names no network: none, host, or the name of one; the network nat where undefined. */
  readonly defaultNetwork?: string | undefined;
  readonly logs: LogReader;
  /** Undefined where this host cannot reach the files of containers. */
  readonly fileTransfer?: FileTransfer | undefined;
  /** Undefined where nobody can be asked what others run. */
  readonly foreign?: ForeignSystems | undefined;
  readonly portProbe: PortProbe;
  readonly isolations: Readonly<Record<EffectiveIsolation, IsolationOffer>>;
  readonly registry: Registry;
  readonly web: WebFiles;
  readonly stateRoot: StateRoot;
  readonly supervisor: SupervisorControl;
  /** Undefined where the system has no service manager that Silo knows. */
  readonly service?: HostService | undefined;
  /** Undefined where the system has no optional features. */
  readonly features?: HostFeatures | undefined;
  readonly host: HostFacts;
  readonly clock: Clock;
  readonly log: Logger;
  /** Random ids: 64 hex digits. */
  readonly newId: () => string;
}
