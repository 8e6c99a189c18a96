/** What an application is, with all files merged and every default known. */
export interface Application {
  readonly name: string;
  /** Services whose profiles are on, by name, in the order of the files. */
  readonly services: ReadonlyMap<string, ApplicationService>;
  /** Names of all services of the files. */
  readonly knownServices: ReadonlySet<string>;
  /** Those that a service uses, by their keys in the files. */
  readonly networks: ReadonlyMap<string, ApplicationNetwork>;
  /** Names of the volumes that the application makes; those of others are not among them. */
  readonly volumes: readonly string[];
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
  readonly labels: Readonly<Record<string, string>>;
}

export type DependencyCondition = 'service_started' | 'service_healthy' | 'service_completed_successfully';

export interface ServiceDependency {
  readonly condition: DependencyCondition;
  /** False where the service may go on without the other. */
  readonly required: boolean;
}

export interface ServiceBuild {
  /** Absolute path. */
  readonly context: string;
  readonly dockerfile?: string | undefined;
  readonly target?: string | undefined;
  readonly arguments: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly tags: readonly string[];
  readonly noCache: boolean;
  readonly pull: boolean;
}

export interface ServiceMount {
  readonly kind: 'bind' | 'volume';
  /** Absolute path of the host, or name of the volume. */
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
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

export interface ApplicationService {
  readonly name: string;
  /** The image, or the name that a built one gets. */
  readonly image: string;
  readonly build?: ServiceBuild | undefined;
  readonly pullPolicy: 'always' | 'never' | 'missing' | 'build';
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
  readonly links: readonly ServiceLink[];
  /** none, host, container:<name> or service:<name>; instead of links. */
  readonly networkMode?: string | undefined;
  readonly ports: readonly string[];
  readonly dnsServers: readonly string[];
  readonly dnsSearch: readonly string[];
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
  readonly cpuSet?: string | undefined;
  readonly memoryBytes?: number | undefined;
  readonly cpuCount?: number | undefined;
  readonly processCount?: number | undefined;
  readonly logLimits?: { readonly maximumSizeBytes: number; readonly keptFiles: number } | undefined;
}
