/** Folders of volumes that containers mount in place of the whole. */
export interface VolumeParts {
  /**
   * Shows a folder of a volume at a place of its own, which is the answer. `owner` is the container for which it is; `path` has parts
   * joined by slashes, none of which may be a link. Errors: PathNotFound, PathAccessDenied.
   */
  attach(owner: string, volumeFolder: string, path: string): Promise<string>;
  /** Undoes every `attach` for the owner, as often as anybody likes. */
  detach(owner: string): Promise<void>;
}

/** Data that outlives snapshots. A volume's folder is only removed by `remove`. */
export interface Volumes {
  /** Undefined where this host cannot show a folder of a volume alone. */
  readonly parts?: VolumeParts | undefined;
  /** Makes the volume's folder where it is missing, with this owner and mode (root's, 0755), and returns its path. */
  create(id: string, access?: { readonly mode: number; readonly uid: number; readonly gid: number }): Promise<string>;
  /** Copies the image's content into an empty volume, with owners, modes and attributes; done once. `sourceFolder` lies inside a mounted root whose path is `rootPath`. */
  copyUp(id: string, rootPath: string, sourceFolder: string): Promise<void>;
  /** Where its content is, or would be. */
  path(id: string): string;
  /** Whether the engine may read a file or folder of the host that is to be mounted. Errors: PathNotFound, PathAccessDenied. */
  checkSource(path: string): Promise<void>;
  remove(id: string): Promise<void>;
  list(): Promise<readonly string[]>;
}
