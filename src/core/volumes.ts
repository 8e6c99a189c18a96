/** Data that outlives snapshots. A volume's folder is only removed by `remove`. */
export interface Volumes {
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
