/** The files that a container sees. */
export interface ContainerView {
  /** The root of a process, with everything that is mounted there, where `stillRuns` says afterwards that the number was still its own; or a folder with the container's root alone. */
  readonly root: { readonly pid: number; readonly stillRuns: () => Promise<boolean> } | { readonly folder: string };
  /** Besides a folder: what the container would have mounted in it. */
  readonly mounts: readonly { readonly source: string; readonly target: string; readonly readOnly: boolean }[];
}

export interface TransferOrder {
  readonly direction: 'fromContainer' | 'toContainer';
  /** Absolute path in the container; links lead where they lead a process of the container. */
  readonly containerPath: string;
  /** Absolute path of this host. */
  readonly hostPath: string;
  /** Folders are copied with what is in them. */
  readonly recurse: boolean;
  /** Replaces files that are there, and fills folders that are there. */
  readonly replace: boolean;
  /** Copies what a link leads to; else the link itself. */
  readonly followLinks: boolean;
  /** Numbers of owner and group, set-user-id bits, capabilities and access lists; else everything becomes root's. Attributes of users (`user.`) always go along. */
  readonly keepOwners: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((copiedBytes: number) => void) | undefined;
}

export interface Transferred {
  /** Where the copy is, on its own side. */
  readonly path: string;
  readonly files: number;
  readonly folders: number;
  readonly links: number;
  readonly sizeBytes: number;
  /** Sockets, pipes and devices, which are not copied. */
  readonly skipped: readonly string[];
}

/**
 * Copies files between a container and its host. Whatever the container's processes do meanwhile, nothing
 * outside of its view is read or written on its side. A file has its name only when it is whole; what is
 * cancelled or fails leaves those that were whole. Errors: PathNotFound, PathExists, PathAccessDenied,
 * DiskFull, ParameterInvalid, ContainerNotRunning where the process is gone, OperationCancelled.
 */
export interface FileTransfer {
  transfer(view: ContainerView, order: TransferOrder): Promise<Transferred>;
}
