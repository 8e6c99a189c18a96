/** Another way to run the same containers, set up in a folder of its own and measured beside Silo. */
export interface Peer {
  readonly name: string;
  /** A container of /bin/true from nothing to gone, without a network. */
  run(): Promise<void>;
  /** /bin/true in a container that has been running since the set-up. */
  exec(): Promise<void>;
  /** Ends and removes everything of it. */
  close(): Promise<void>;
}

export interface MissingPeer {
  readonly name: string;
  readonly missing: string;
}

export const isMissing = (peer: Peer | MissingPeer): peer is MissingPeer => 'missing' in peer;
