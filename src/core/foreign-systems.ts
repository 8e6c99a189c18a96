/** A container or utility VM of this host that somebody else made. */
export interface ForeignSystem {
  /** As its maker calls it: unique among those of that maker alone. */
  readonly id: string;
  /** Undefined where the host does not tell. */
  readonly name: string | undefined;
  readonly state: 'created' | 'running' | 'paused' | 'exited' | 'unknown';
  /** Who made it, as far as the host tells: docker, containerd, podman, an owner that HCS names. */
  readonly owner: string;
  /** First process; undefined where it does not run, or is not one of this host. */
  readonly pid: number | undefined;
  readonly createdAt: Date | undefined;
}

/** Sees what others run on this host, and changes nothing of it. What cannot be read is left out. */
export interface ForeignSystems {
  list(): Promise<readonly ForeignSystem[]>;
}
