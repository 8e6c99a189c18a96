/** A device of the host within a container. */
export interface DeviceMapping {
  readonly hostPath: string;
  readonly containerPath: string;
  /** Any of r, w and m (mknod). */
  readonly access: string;
}

/** A limit of each process (getrlimit(2)); -1 is no limit. */
export interface UserLimit {
  /** In lower case without RLIMIT_, for example nofile. */
  readonly name: string;
  readonly soft: number;
  readonly hard: number;
}

/** Settings of a Linux container beyond limits that change while it runs; what is left out is the runtime's default. */
export interface ContainerSettings {
  /** -1000 to 1000: how early the kernel ends it for want of memory. */
  readonly oomScoreAdjust?: number;
  /** Its processes wait for memory instead of being ended. */
  readonly oomKillDisabled?: boolean;
  /** Names or numbers, as the image's group file has them. */
  readonly additionalGroups?: readonly string[];
  /** Names with CAP_, or ALL. */
  readonly addedCapabilities?: readonly string[];
  readonly droppedCapabilities?: readonly string[];
  readonly devices?: readonly DeviceMapping[];
  readonly userLimits?: readonly UserLimit[];
  /** Kernel parameters of the container's own namespaces (sysctl(8)). */
  readonly kernelParameters?: readonly { readonly name: string; readonly value: string }[];
  /** `unconfined`, or the path of a profile on the host; undefined means the distribution's. */
  readonly seccompProfile?: string;
  /** Size of /dev/shm. */
  readonly sharedMemoryBytes?: number;
  /** A small init as first process, which passes signals on and reaps what others leave. */
  readonly init?: boolean;
  /** `host`, or the id of another container; undefined means its own namespace. */
  readonly pidMode?: string;
  readonly ipcMode?: string;
}
