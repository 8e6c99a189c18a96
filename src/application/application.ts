/** What an application is, with all files merged and every default known. */
export interface Application {
  readonly name: string;
  /** Services whose profiles are on, by name, in the order of the files. */
  readonly services: ReadonlyMap<string, ApplicationService>;
  /** Names of all services of the files. */
  readonly knownServices: ReadonlySet<string>;
  /** Those that a service uses, by their keys in the files. */
  readonly networks: ReadonlyMap<string, ApplicationNetwork>;
  /** Volumes that the application makes, by name, with their labels; those of others are not among them. */
  readonly volumes: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** What the user should know although it works. */
  readonly warnings: readonly string[];
}

export interface ApplicationNetwork {
  readonly name: string;
  /** Somebody else's: it must be there. */
  readonly external: boolean;
  readonly driver: 'nat' | 'internal' | 'transparent';
  readonly subnets: readonly string[];
  readonly gateways: readonly string[];
  readonly ipv6: boolean;
  /** Bytes. */
  readonly mtu?: number | undefined;
  /** Interface of the host that a transparent one stands on. */
  readonly parentInterface?: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

export type DependencyCondition = 'service_started' | 'service_healthy' | 'service_completed_successfully';

export interface ServiceDependency {
  readonly condition: DependencyCondition;
  /** False where the service may go on without the other. */
  readonly required: boolean;
  /** True where it is started again when the other was made anew; left out where not. */
  readonly restart?: true | undefined;
}

export interface ServiceBuild {
  /** Absolute path. */
  readonly context: string;
  readonly dockerfile?: string | undefined;
  /** The Dockerfile itself, in place of a file. */
  readonly dockerfileText?: string | undefined;
  /** Of a RUN that says nothing of it. */
  readonly network?: 'none' | 'host' | undefined;
  /** Files of the host that are shown to a RUN that asks for them. */
  readonly secrets?: readonly { readonly id: string; readonly source: string }[] | undefined;
  readonly target?: string | undefined;
  readonly arguments: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly tags: readonly string[];
  readonly noCache: boolean;
  readonly pull: boolean;
}

export interface ServiceMount {
  readonly kind: 'bind' | 'volume' | 'tmpfs' | 'smb';
  /** Absolute path of the host, name of the volume, or path of an SMB share; empty for tmpfs, and for a volume that has no name in the files. */
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  readonly propagation?: 'private' | 'rprivate' | 'slave' | 'rslave' | 'shared' | 'rshared' | undefined;
  /** Of a volume: it does not begin with what the image has there. */
  readonly noCopy?: true | undefined;
  /** Of a volume: folder within it, in place of the whole. */
  readonly subPath?: string | undefined;
  /** Of tmpfs. */
  readonly sizeBytes?: number | undefined;
  /** Of tmpfs, and of a share: permission bits. */
  readonly mode?: number | undefined;
  /** Of a share: account, encryption, and whose files and folders seem to be. */
  readonly userName?: string | undefined;
  readonly requirePrivacy?: true | undefined;
  readonly userId?: number | undefined;
  readonly groupId?: number | undefined;
}

/** A secret or a config whose content stands in the files or in a variable. */
export interface ServiceFile {
  /** Unique among those of the service. */
  readonly name: string;
  readonly target: string;
  /** True for a secret: its content must not reach a disk. */
  readonly inMemory: boolean;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

interface ServiceLink {
  /** Key of the network in the files. */
  readonly network: string;
  readonly aliases: readonly string[];
  readonly addresses: readonly string[];
  readonly macAddress?: string | undefined;
}

/** A health check's command: of a shell, as file and arguments, or none at all. */
type ServiceHealthCommand = { readonly form: 'shell'; readonly text: string } | { readonly form: 'exec'; readonly args: readonly string[] } | { readonly form: 'none' };

export interface ServiceHealthCheck {
  readonly command?: ServiceHealthCommand | undefined;
  readonly intervalSeconds?: number | undefined;
  readonly timeoutSeconds?: number | undefined;
  readonly startPeriodSeconds?: number | undefined;
  readonly startIntervalSeconds?: number | undefined;
  readonly retries?: number | undefined;
}

/** A command that is run in each container of a service, after its start or before its stop. */
export interface ServiceHook {
  readonly command: readonly string[];
  readonly user?: string | undefined;
  readonly workingDirectory?: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
}

export interface ApplicationService {
  readonly name: string;
  /** The image, or the name that a built one gets. */
  readonly image: string;
  readonly build?: ServiceBuild | undefined;
  readonly pullPolicy: 'always' | 'never' | 'missing' | 'build';
  /** What the image must be made for. */
  readonly platform?: string | undefined;
  /** By the names of its files. What they hold is no part of the settings: nobody shall guess a secret by a hash. */
  readonly contents: ReadonlyMap<string, string>;
  /** Passwords for accounts of the shares that it mounts; no part of the settings either. */
  readonly shareCredentials: readonly { readonly source: string; readonly userName: string; readonly secret: string }[];
  readonly containerName?: string | undefined;
  readonly replicas: number;
  readonly dependsOn: Readonly<Record<string, ServiceDependency>>;
  /** All of it decides whether a container is still as it should be. */
  readonly settings: ServiceSettings;
}

export interface ServiceSettings {
  readonly command?: readonly string[] | undefined;
  readonly entrypoint?: readonly string[] | undefined;
  readonly environment: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly user?: string | undefined;
  readonly workingDirectory?: string | undefined;
  readonly hostName?: string | undefined;
  readonly mounts: readonly ServiceMount[];
  /** Whose mounts it has too: service:<name> or container:<name>, with :ro or :rw behind it; left out where there is none. */
  readonly volumesFrom?: readonly string[] | undefined;
  readonly links: readonly ServiceLink[];
  /** Left out where there are none; their contents are the service's. */
  readonly files?: readonly ServiceFile[] | undefined;
  /** none, host, container:<name> or service:<name>; instead of links. */
  readonly networkMode?: string | undefined;
  readonly ports: readonly string[];
  readonly dnsServers: readonly string[];
  readonly dnsSearch: readonly string[];
  readonly dnsOptions?: readonly string[] | undefined;
  readonly domainName?: string | undefined;
  readonly hostEntries: readonly { readonly name: string; readonly value: string }[];
  readonly healthCheck?: ServiceHealthCheck | undefined;
  readonly restart?: { readonly name: 'no' | 'on-failure' | 'always' | 'unless-stopped'; readonly maximumRetries?: number | undefined } | undefined;
  readonly stopSignal?: string | undefined;
  readonly stopTimeoutSeconds?: number | undefined;
  readonly readOnlyRoot: boolean;
  readonly privileged: boolean;
  readonly terminal: boolean;
  readonly openStdin: boolean;
  readonly isolation?: 'Process' | 'HyperV' | undefined;
  readonly addedCapabilities?: readonly string[] | undefined;
  readonly droppedCapabilities?: readonly string[] | undefined;
  readonly additionalGroups?: readonly string[] | undefined;
  readonly init?: boolean | undefined;
  readonly sharedMemoryBytes?: number | undefined;
  readonly kernelParameters?: readonly { readonly name: string; readonly value: string }[] | undefined;
  readonly devices?: readonly string[] | undefined;
  /** -1 is no limit. */
  readonly userLimits?: readonly { readonly name: string; readonly soft: number; readonly hard: number }[] | undefined;
  readonly seccompProfile?: string | undefined;
  /** host, container:<name> or service:<name>. */
  readonly pidMode?: string | undefined;
  readonly ipcMode?: string | undefined;
  readonly oomKillDisabled?: boolean | undefined;
  readonly oomScoreAdjust?: number | undefined;
  readonly cpuSet?: string | undefined;
  readonly cpuWeight?: number | undefined;
  /** Swap beside the memory. */
  readonly memorySwapBytes?: number | undefined;
  readonly blockIoWeight?: number | undefined;
  readonly blockIoLimits?: readonly { readonly device: string; readonly readBytesPerSecond?: number; readonly writeBytesPerSecond?: number }[] | undefined;
  readonly storageBytes?: number | undefined;
  readonly memoryBytes?: number | undefined;
  readonly cpuCount?: number | undefined;
  readonly processCount?: number | undefined;
  readonly logLimits?: { readonly maximumSizeBytes: number; readonly keptFiles: number } | undefined;
  /** JSON of a group managed service account's credential specification. */
  readonly credentialSpec?: string | undefined;
  /** Left out where there are none. */
  readonly postStart?: readonly ServiceHook[] | undefined;
  readonly preStop?: readonly ServiceHook[] | undefined;
}
