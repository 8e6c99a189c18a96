/** The service of the system that keeps a state root's supervisor running: a unit of systemd, or a scheduled task. */
export interface HostServiceState {
  readonly kind: 'systemd' | 'scheduledTask';
  /** Of the unit or the task: one for each state root. */
  readonly name: string;
  readonly installed: boolean;
  readonly running: boolean;
  /** The unit's file; undefined where the kind has none. */
  readonly unitPath: string | undefined;
}

/**
 * Installs `silo supervise --service` with the system's service manager, from the start of the machine on. Roots are
 * absolute; each has a service of its own. Everything may be repeated, and then changes nothing.
 * Errors of each change: ServiceManagerMissing, HostServiceFailed.
 */
export interface HostService {
  status(root: string): Promise<HostServiceState>;
  /** Installs and starts it; the command that it runs is rewritten where it differs. True where anything was changed. */
  install(root: string): Promise<boolean>;
  /**
   * Takes it away. Containers go on. With `end` nothing of it uses the root afterwards; without it a supervisor that
   * containers need for their output (Windows) goes on until they have ended. True where there was one.
   */
  uninstall(root: string, options?: { readonly end?: boolean }): Promise<boolean>;
}

/** Optional features of Windows that containers need. */
export type HostFeature = 'Containers' | 'HyperV';

export interface HostFeatures {
  /** Enables a feature; repeating it does nothing. True where the machine must be restarted first. Takes minutes. Errors: HostFeatureFailed. */
  enable(feature: HostFeature): Promise<boolean>;
}
