import type { ContainerSettings, UserLimit } from './container-settings.ts';
import type { MountPropagation } from './metadata.ts';
import type { SnapshotStorage } from './snapshotter.ts';

/** What a task runs as; all fields are resolved: no defaults are left to the runtime. */
export interface ProcessSpec {
  readonly args: readonly string[];
  readonly env: readonly string[];
  readonly workingDirectory: string;
  /** `user[:group]`, names or numbers as the image writes them; resolved inside the root file system. Empty means 0:0. */
  readonly user: string;
  readonly terminal: boolean;
  readonly additionalGroups?: readonly string[];
  /** Names such as CAP_NET_RAW; undefined means the runtime's safe default set. */
  readonly capabilities?: readonly string[];
  /** Beside that set, and from it: names with CAP_, or ALL. What is dropped and added is there. */
  readonly addedCapabilities?: readonly string[] | undefined;
  readonly droppedCapabilities?: readonly string[] | undefined;
  /** Never above what the engine itself may have. */
  readonly userLimits?: readonly UserLimit[] | undefined;
  /** Never below what the engine may give. */
  readonly oomScoreAdjust?: number | undefined;
  readonly noNewPrivileges: boolean;
}

export interface ResourceLimits {
  readonly memoryBytes?: number;
  /** Swap beside the memory; none where left out. Of no meaning without a limit of memory. */
  readonly memorySwapBytes?: number;
  /** CPUs' worth of time, for example 1.5. */
  readonly cpuCount?: number;
  /** Relative share, 1 to 10000, 100 being the default. */
  readonly cpuWeight?: number;
  readonly processCount?: number;
  /** Processors that it may run on, as the kernel writes lists: 0-2,4. */
  readonly cpuSet?: string;
  /** Relative share of block devices, 10 to 1000, 100 being the default. */
  readonly blockIoWeight?: number;
  readonly blockIoLimits?: readonly BlockIoLimit[];
}

/** Most bytes a second that a container reads from and writes to a block device. */
export interface BlockIoLimit {
  /** Path of the device on the host. */
  readonly device: string;
  readonly readBytesPerSecond?: number;
  readonly writeBytesPerSecond?: number;
}

/** Settings with what names other containers resolved to `host`, or the path of a namespace; the id of the task, where the runtime joins machines. */
export interface TaskSettings extends Omit<ContainerSettings, 'pidMode' | 'ipcMode'> {
  readonly pidNamespace?: string;
  readonly ipcNamespace?: string;
}

export interface TaskMount {
  /** A file or folder of the host; of no meaning for memory. */
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  /** An empty folder in memory instead of the source, of at most so many bytes (undefined: as many as the kernel gives). */
  readonly memory?: { readonly sizeBytes: number | undefined; readonly mode?: number | undefined };
  /** A file that nobody changes from outside while the task runs: a machine may have a copy of it. */
  readonly fixed?: boolean | undefined;
  /** Undefined: private. */
  readonly propagation?: MountPropagation | undefined;
}

export interface TaskSpec {
  readonly id: string;
  /** Folder where the root file system is mounted. */
  readonly rootPath: string;
  /** What the snapshotter's mount answered. */
  readonly storage?: SnapshotStorage | undefined;
  /** Images of the root's layers, top first, for a machine that lays them over each other itself; what it writes over them goes with it. Undefined: the root is what `rootPath` shows. */
  readonly layerImages?: readonly string[] | undefined;
  /** Folder for the bundle; it exists and is the task's own. */
  readonly bundlePath: string;
  readonly logPath: string;
  readonly process: ProcessSpec;
  readonly openStdin: boolean;
  readonly hostName: string;
  readonly readOnlyRoot: boolean;
  readonly resources: ResourceLimits;
  readonly mounts: readonly TaskMount[];
  /** Bind-mounted network namespace; undefined joins the host's. */
  readonly networkNamespacePath: string | undefined;
  /** Links may come into that namespace and go from it while the task runs: then the runtime is told by `refreshNetwork`, where it has that. */
  readonly linksChange?: boolean | undefined;
  /** Id of a running task in whose machine it is made, and whose network it has; only where the runtime joins machines. */
  readonly machineOf?: string | undefined;
  readonly privileged: boolean;
  readonly settings?: TaskSettings | undefined;
  /** JSON of a group managed service account's credential specification; only Windows containers have one. */
  readonly credentialSpec?: string | undefined;
}

export type TaskState = 'created' | 'running' | 'paused' | 'stopped' | 'missing';

export interface TaskStatus {
  readonly state: TaskState;
  readonly pid: number | undefined;
  /** False where the supervisor of the task is gone while the task runs: its exit code will not be known. */
  readonly monitored: boolean;
}

export interface TaskExit {
  /** 0 to 255; null where it was lost. It is never invented. */
  readonly exitCode: number | null;
  readonly exitedAt: Date;
  readonly oomKilled: boolean;
  /** MachineLost: its utility VM ended without it; the log's last lines say what was heard of that. MachineEnded: it was killed because the container had ended whose utility VM it had joined. */
  readonly reason: 'Exited' | 'MonitorLost' | 'MachineLost' | 'MachineEnded' | 'HostRestarted';
}

export interface ExecResult {
  /** Exit code of the process; null where it was lost. */
  readonly exitCode: number | null;
  readonly exitedAt: Date;
}

export interface ExecSpec {
  readonly taskId: string;
  /** Id of the process, unique within the task. */
  readonly processId: string;
  readonly process: ProcessSpec;
  readonly rootPath: string;
  /** Folder of the process's own files; it exists. */
  readonly folder: string;
  readonly logPath: string;
  /** Bytes for the process's standard input; undefined closes it. */
  readonly stdin?: Uint8Array;
  readonly signal?: AbortSignal;
  /** For a process with a terminal, where the runtime joins them: called when the terminal can be joined in `folder`, before anything of its output is lost. */
  readonly onJoinable?: () => Promise<void>;
}

export interface RunningProcess {
  readonly pid: number;
  /** Settles when the process has ended and its whole output is in the log. */
  readonly exited: Promise<ExecResult>;
}

/** What a task has used since its start, and what it holds now. A figure that the host does not keep is undefined. */
export interface TaskStatistics {
  readonly time: Date;
  /** Time of all processors together. */
  readonly cpuMicroseconds: number;
  /** Without what the kernel can drop at once. */
  readonly memoryBytes: number;
  readonly memoryLimitBytes: number | undefined;
  readonly processCount: number;
  readonly readBytes: number | undefined;
  readonly writtenBytes: number | undefined;
  /** Counted by the container's interfaces, without loopback; undefined where it has the host's. */
  readonly receivedBytes: number | undefined;
  readonly sentBytes: number | undefined;
}

export interface RuntimeRequirement {
  readonly name: string;
  readonly satisfied: boolean;
  /** What was found: a version, a path or what is missing. */
  readonly detail: string;
  /** Command that mends it; undefined where nothing is to be mended. */
  readonly remedy: string | undefined;
  /** What asks for it: one kind of container, or nothing, so that it is mere advice. Undefined: every container. */
  readonly neededFor?: 'Process' | 'HyperV' | 'LinuxContainers' | 'Advice';
}

/**
 * Makes isolated processes ("tasks") of a bundle and keeps them alive without the engine. A task is
 * created, started once, ends, and is deleted; the caller holds the container's lock for each change.
 * Output goes to the log in CRI's line format, whoever lives; exits are kept on disk until `delete`.
 * `kill` and `delete` of what is not there succeed. An AbortSignal ends the waiting, never the work:
 * what was begun is finished or undone before the promise settles.
 */
export interface Runtime {
  readonly name: string;
  /** True where `exec` calls `onJoinable`. */
  readonly joinsTerminals?: boolean;
  /** True where tasks have a kernel of their own: no process of this system is one of theirs, and their files are not reached through one. */
  readonly ownKernel?: boolean;
  /** True where a task can be made in the machine of another. */
  readonly joinsMachines?: boolean;
  /** How many `TaskSpec.layerImages` a task takes at most; absent where it takes none. */
  readonly mostLayerImages?: number;
  /**
   * Says in sentences which settings and limits the host gives only in part, and refuses what it cannot give.
   * It makes nothing. Absent where the runtime has no such settings. Errors: ParameterInvalid,
   * OptionUnsupported, PathNotFound, PathAccessDenied, InitMissing.
   */
  checkSettings?(resources: ResourceLimits, settings: ContainerSettings): Promise<readonly string[]>;
  /** Errors: RuncMissing and kin, ExecutableNotFound, UserNotFound, PathNotFound and PathAccessDenied (of a mount's source), ConfigInvalid, RuntimeFailed. After an error nothing of the task is left. */
  create(spec: TaskSpec, signal?: AbortSignal): Promise<{ readonly pid: number; readonly monitorPid: number }>;
  start(id: string): Promise<void>;
  status(id: string): Promise<TaskStatus>;
  /** Sends a signal (number) to the task's first process, or to all of them. Windows containers take libuv's numbers: 1 CtrlClose, 2 CtrlC, 9 ends it, 15 CtrlShutdown, 21 CtrlBreak. */
  kill(id: string, signal: number, options?: { readonly all?: boolean }): Promise<void>;
  pause(id: string): Promise<void>;
  resume(id: string): Promise<void>;
  /** Exit of the task where it is known; undefined while it runs. */
  exit(id: string): Promise<TaskExit | undefined>;
  /** Settles when the task has ended, or is gone: then the exit code is null, and whoever deleted it knows the exit. Errors: OperationCancelled. */
  wait(id: string, signal?: AbortSignal): Promise<TaskExit>;
  /**
   * Turns the task's log over: `log` becomes `log.1`, `log.1` becomes `log.2`, what would be the file after
   * `keptFiles` goes, and the output goes on in a new `log` without a line lost. May be repeated after a kill
   * in between. False where nobody writes any more.
   */
  rotateLog(id: string, logPath: string, keptFiles: number): Promise<boolean>;
  /** The same for the log of a process that `exec` started; `folder` is that of its ExecSpec. */
  rotateProcessLog(id: string, folder: string, logPath: string, keptFiles: number): Promise<boolean>;
  /**
   * Gives a running task the links that its network namespace has by now, and takes those away that have gone; a paused
   * one has them when it is resumed. Absent where tasks stand in the namespace itself. What has ended is left alone.
   * Errors: OptionUnsupported (there is no room for more), MachineFailed, MachineNotResponding.
   */
  refreshNetwork?(id: string): Promise<void>;
  /** Undefined for a task that does not run. */
  statistics(id: string): Promise<TaskStatistics | undefined>;
  /** Sets the limits that are given, of a created or running task; the others stay. Errors: OptionUnsupported, RuntimeFailed. */
  update(id: string, limits: ResourceLimits): Promise<void>;
  exec(spec: ExecSpec): Promise<RunningProcess>;
  /** Exit of a process that another engine started; `folder` is that of its ExecSpec. Undefined while it runs. */
  execExit(taskId: string, folder: string): Promise<ExecResult | undefined>;
  /** Sends a signal (number) to such a process; one that is not there, or has ended, is no error. */
  killExec(taskId: string, folder: string, signal: number): Promise<void>;
  /** Kills what still runs and releases everything of the task but its log. */
  delete(id: string): Promise<void>;
  /** Ids of all tasks that this runtime knows under its root. */
  list(): Promise<readonly string[]>;
  /** What the host must have, each with its remedy. */
  requirements(): Promise<readonly RuntimeRequirement[]>;
}
