/** An SMB share, or a folder of one, as a container mounts it. */
export interface ShareSource {
  readonly server: string;
  readonly share: string;
  /** Below the share, its parts joined by slashes; empty for the share itself. */
  readonly folder: string;
  /** Account, as `name`, `DOMAIN\name` or `name@domain`; undefined where none was given. */
  readonly userName: string | undefined;
  /** Nothing goes over the network in clear, also where the server does not ask for it. */
  readonly encrypted: boolean;
  /** Permission bits that files and folders show; what the account may do is up to the server. */
  readonly mode: number | undefined;
  /** Owner and group that files and folders show. */
  readonly userId: number | undefined;
  readonly groupId: number | undefined;
}

/**
 * SMB shares on this host, each attached once for all containers that mount it. The caller holds the lock of
 * the place, and knows from the store who still needs it: nothing is counted here. Whatever is attached is gone
 * when the host has started again.
 */
export interface Shares {
  /** Sources of one place are attached together. Letters and digits. */
  placeOf(source: ShareSource): string;
  /** Refuses what this host cannot do. Errors: OptionUnsupported. */
  check(source: ShareSource): void;
  /**
   * Attaches the source, where it is not attached already; the folder that containers are shown is the answer.
   * `password` is undefined where there is no account.
   * Errors: ShareNotFound, ShareUnreachable, ShareAccessDenied, ShareAccountConflict, ShareSupportMissing, ShareFailed.
   */
  attach(place: string, source: ShareSource, password: string | undefined, signal?: AbortSignal): Promise<string>;
  /** Undoes `attach`, as often as anybody likes; what others attached stays. */
  detach(place: string): Promise<void>;
  /** Places that are attached, or were begun to be. */
  list(): Promise<readonly string[]>;
}

/** Passwords of shares. None of them is ever on a disk in clear, and none in the store. */
export interface ShareCredentials {
  /** Why one that was given may be gone, as the rest of a sentence. */
  readonly whyGone: string;
  /** False where they are gone when the host has started again. */
  readonly outliveHost: boolean;
  /** Sets or replaces. `id`: letters and digits. */
  keep(id: string, password: string): Promise<void>;
  find(id: string): Promise<string | undefined>;
  forget(id: string): Promise<void>;
  list(): Promise<readonly string[]>;
}
