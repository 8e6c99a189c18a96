/** Where a container's own files lie. */
export interface ContainerPaths {
  /** Folder of the bundle; goes with the container. */
  readonly bundlePath: string;
  readonly logPath: string;
  /** Mount point of the root file system; below the run folder. */
  readonly rootPath: string;
  /** Files that are mounted into the container. */
  readonly hostsPath: string;
  readonly hostNamePath: string;
  readonly resolvConfPath: string;
}

/** Where a container asks for names. */
export interface NameService {
  readonly servers: readonly string[];
  readonly search: readonly string[];
  /** As resolv.conf(5) has them. */
  readonly options?: readonly string[];
  /** Takes the host's own settings where no server is given. */
  readonly fromHost: boolean;
  /** Servers that the host has on its own loopback are left out: nobody else can reach them. */
  readonly withoutLoopback?: boolean;
}

export interface HostFileContent {
  readonly hostName: string;
  /** What stands behind the host name in its full form. */
  readonly domainName?: string | undefined;
  readonly nameService: NameService;
  /** Beside those of loopback. */
  readonly hostLines: readonly { readonly address: string; readonly names: readonly string[] }[];
}

/** A file with a content of its own that is mounted into one container. */
export interface HeldFile {
  /** Letters, digits and hyphens. */
  readonly name: string;
  /** It lies in the run folder, and is gone when the host has started again; else it stays as long as the container. */
  readonly inMemory: boolean;
}

export interface FileAccess { readonly mode: number; readonly uid: number; readonly gid: number }

/** The folders that Silo keeps for a container. Everything may be repeated. */
export interface ContainerFiles {
  paths(id: string): ContainerPaths;
  /** Makes the folders, and writes hosts, hostname and resolv.conf. Errors: DiskFull. */
  prepare(id: string, content: HostFileContent): Promise<ContainerPaths>;
  /** Makes the mount point of the root file system; its path is the answer. Errors: DiskFull. */
  prepareRoot(id: string): Promise<string>;
  /** Folder and log of a further process; made here. */
  process(id: string, processId: string): Promise<{ readonly folder: string; readonly logPath: string }>;
  /** Paths of a process whose folder was made earlier. */
  processPaths(id: string, processId: string): { readonly folder: string; readonly logPath: string };
  /** Takes folder and log of a process that has ended away. */
  removeProcess(id: string, processId: string): Promise<void>;
  /** Size of the log that is being written, of the container or of a process; undefined where there is none. */
  logBytes(id: string, processId?: string): Promise<number | undefined>;
  /** A file that is mounted into one task and must not reach a disk: it lies in the run folder, and goes with `remove`. Returns its path. */
  place(id: string, name: string, content: Uint8Array, access: FileAccess): Promise<string>;
  /** Writes a file of a container; it goes with `remove`. Errors: DiskFull. */
  hold(id: string, file: HeldFile, content: Uint8Array, access: FileAccess): Promise<void>;
  /** Path and content of such a file; undefined where there is none. */
  held(id: string, file: HeldFile): Promise<{ readonly path: string; readonly content: Uint8Array } | undefined>;
  /** Removes the mount point, which is unmounted already: it is never emptied. */
  releaseRoot(id: string): Promise<void>;
  remove(id: string): Promise<void>;
  /** Ids of containers that have any file. */
  list(): Promise<readonly string[]>;
}
