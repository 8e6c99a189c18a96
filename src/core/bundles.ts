/** Settings that stand before the verb. */
export interface BundleSettings {
  /** Where the state of containers is kept: a folder on Linux, a name on Windows. Undefined means the runtime's own place. */
  readonly root: string | undefined;
  /** Owner written into compute systems; Windows alone. */
  readonly owner: string | undefined;
  readonly log: string | undefined;
  readonly logFormat: 'text' | 'json' | undefined;
  readonly debug: boolean;
}

interface BundleSource {
  readonly id: string;
  /** Folder that holds config.json. */
  readonly bundle: string;
  readonly pidFile: string | undefined;
  /** Container whose utility VM it joins; Windows alone, as are the logs of the shim and of the VM, and the VM's console. */
  readonly host: string | undefined;
  readonly shimLog: string | undefined;
  readonly vmLog: string | undefined;
  readonly vmConsole: string | undefined;
}

/** A verb of the OCI runtime command line (runc(8), runhcs) with its options. */
export type BundleCommand =
  | ({ readonly verb: 'create' } & BundleSource)
  | ({ readonly verb: 'run'; readonly detach: boolean } & BundleSource)
  | { readonly verb: 'start' | 'pause' | 'resume' | 'state'; readonly id: string }
  | {
    readonly verb: 'exec';
    readonly id: string;
    readonly args: readonly string[];
    /** File of an OCI process document, instead of the options below. */
    readonly process: string | undefined;
    readonly cwd: string | undefined;
    readonly env: readonly string[];
    readonly terminal: boolean;
    readonly user: string | undefined;
    readonly detach: boolean;
    readonly pidFile: string | undefined;
    readonly shimLog: string | undefined;
  }
  | { readonly verb: 'ps'; readonly id: string; readonly format: 'json' | 'table'; readonly options: readonly string[] }
  | { readonly verb: 'kill'; readonly id: string; readonly signal: string; readonly all: boolean }
  | { readonly verb: 'delete'; readonly id: string; readonly force: boolean }
  /** What a shim is started with, by the runtime itself; Windows alone. */
  | { readonly verb: 'shim'; readonly id: string; readonly shimLog: string | undefined }
  | { readonly verb: 'list'; readonly format: 'json' | 'table'; readonly quiet: boolean };

/**
 * Runs OCI bundles by the command line that runc and runhcs have in common: no image, no store, no
 * engine. The container's standard streams are this process's own.
 */
export interface BundleRuntime {
  /**
   * Exit code: the container's or process's own for `run` and `exec` that wait, else 0; 1 where the runtime refused.
   * It may take the place of this process and never return.
   * Errors: PathNotFound (bundle), BundleInvalid, OptionUnsupported, ContainerNotFound, RuncMissing and kin.
   */
  execute(command: BundleCommand, settings: BundleSettings): Promise<number>;
}
