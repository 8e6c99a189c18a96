import { chmodSync, constants, lstatSync, mkdirSync, readlinkSync, rmSync, unlinkSync, type Stats } from 'node:fs';
import { hasErrno, SiloError } from '../../base/index.ts';
import { makeNode, setLinkAttribute } from '../../../native/libc.ts';
import { archiveInvalid, bytePath, cPath, readablePath } from '../../layer/index.ts';
import { defaultFolder, giveMetadata, giveTime, metadataOf, type FolderMetadata } from './folder-metadata.ts';
import { isWhiteout, LowerLayers, opaqueAttribute, parentOf } from './lower-layers.ts';

/** Linux gives up after as many links in one path (path_resolution(7)). */
const linkLimit = 40;

/** Told from `defaultFolder` by identity. */
const guessedFolder: FolderMetadata = { ...defaultFolder };

/** A folder that this layer made without having seen the layers below. */
export interface GuessedFolder {
  /** As in `LayerTree`; '' is the root, which is never a wrong guess. */
  readonly path: string;
  /** False where the archive itself said what the folder is like, or it is gone. */
  readonly inherits: boolean;
}

/**
 * The folders of one layer while it is unpacked. Paths are byte strings seen from the layer's root,
 * without a leading slash; '' is the root. Nobody else writes below the root meanwhile (the folder is
 * root's alone, its key this engine's), so what was looked at stays true until this object changes it.
 *
 * Every path that it gives out consists of real folders of this layer. Links are never left to the
 * kernel: they are followed here, component by component, as the container would see them (this layer
 * over the ones below it), so no name leads out. Folders that only a lower layer has are made anew with
 * that folder's owner, mode and attributes, or the merged folder would have the wrong ones.
 *
 * Where the layers below are not whole yet, what only they could tell is guessed to be a folder, and the
 * guess kept for `inheritFolders`.
 */
export class LayerTree {
  readonly root: string;
  readonly #below: LowerLayers | undefined;
  readonly #guessed = new Set<string>();
  /** Folders as named by entries, to folders as they are. */
  readonly #resolved = new Map<string, string>();
  readonly #metadata = new Map<string, FolderMetadata>();
  readonly #opaque = new Set<string>();
  /** Deleted from the layers below by this one, whatever it has there itself. */
  readonly #deleted = new Set<string>();
  /** A link of a lower layer was followed: what this layer puts in its place changes what names mean. */
  #followedBelow = false;

  /** Makes `root`, which must not exist. @param below undefined where the layers below are not whole yet. */
  constructor(root: string, below: LowerLayers | undefined) {
    this.root = root;
    this.#below = below;
    mkdirSync(root, { mode: 0o700 });
    // The parent may pass setgid on.
    chmodSync(root, 0o700);
    if (below === undefined) this.#guessed.add('');
    this.#metadata.set('', below === undefined ? guessedFolder : below.top === undefined ? defaultFolder : metadataOf(below.top));
    this.#resolved.set('', '');
  }

  /** What must be looked at again when the layers below are whole; parents come first. */
  get guesses(): readonly GuessedFolder[] {
    return [...this.#guessed].map((path) => ({ path, inherits: this.#metadata.get(path) === guessedFolder })).filter(({ path, inherits }) => path !== '' || inherits);
  }

  /** The real folder for `parts`, made where it is missing. Errors: ArchivePathUnsafe, ArchiveInvalid. */
  folder(parts: readonly string[], entry: string): string {
    const asked = parts.join('/');
    const known = this.#resolved.get(asked);
    if (known !== undefined) return known;
    const found = this.#resolve(parts, entry, true);
    if (found === undefined) throw new Error('unreachable');
    this.#resolved.set(asked, found);
    return found;
  }

  /** As `folder`, but undefined where this layer does not have it. */
  existingFolder(parts: readonly string[], entry: string): string | undefined {
    return this.#resolved.get(parts.join('/')) ?? this.#resolve(parts, entry, false);
  }

  path(folder: string, name: string): string {
    return folder === '' ? name : `${folder}/${name}`;
  }

  /** What this layer has at `path`, links not followed. */
  stat(path: string): Stats | undefined {
    return lstatSync(bytePath(this.#absolute(path)), { throwIfNoEntry: false });
  }

  /** Mode, owner and time are set by `finish`: what is written into a folder changes its time. */
  addFolder(path: string, metadata: FolderMetadata): void {
    if (path !== '' && !this.#metadata.has(path)) {
      this.place(path, (absolute) => mkdirSync(bytePath(absolute), { mode: 0o700 }));
      if (this.#deleted.has(path)) this.setOpaque(path);
    }
    this.#metadata.set(path, metadata);
  }

  /** Makes what an entry says. What this layer has at the path already is replaced: the last entry of a name counts. */
  place<T>(path: string, make: (absolute: string) => T): T {
    const absolute = this.#absolute(path);
    let made: T;
    try {
      made = make(absolute);
    } catch (error) {
      if (!hasErrno(error, 'EEXIST')) throw error;
      this.remove(path);
      made = make(absolute);
    }
    if (this.#followedBelow) this.#resolved.clear();
    return made;
  }

  /** Deletes what the layers below have at `path`. A file of this layer hides that by itself; a folder must be opaque, and anything yet to come there too. */
  whiteOut(path: string): void {
    this.#deleted.add(path);
    const present = this.stat(path);
    if (present === undefined) makeNode(cPath(this.#absolute(path)), constants.S_IFCHR, 0n);
    else if (present.isDirectory()) this.setOpaque(path);
  }

  /** Hides everything that the layers below have in the folder. */
  setOpaque(path: string): void {
    if (this.#opaque.has(path)) return;
    this.#opaque.add(path);
    setLinkAttribute(cPath(this.#absolute(path)), opaqueAttribute, Buffer.from('y'));
  }

  /** Takes away what this layer has at `path`, so that something else can stand there. */
  remove(path: string): void {
    const stat = this.stat(path);
    if (stat === undefined) return;
    const absolute = bytePath(this.#absolute(path));
    if (!stat.isDirectory()) {
      unlinkSync(absolute);
      if (stat.isSymbolicLink()) this.#resolved.clear();
      return;
    }
    // rm(2)-like: links below are removed, not followed.
    rmSync(absolute, { recursive: true, force: true });
    this.#resolved.clear();
    for (const known of this.#metadata.keys()) if (known === path || known.startsWith(`${path}/`)) this.#metadata.delete(known);
    for (const known of this.#opaque) if (known === path || known.startsWith(`${path}/`)) this.#opaque.delete(known);
  }

  /** Gives every folder its final owner, mode, attributes and time. */
  finish(): void {
    for (const [path, metadata] of this.#metadata) giveMetadata(this.#absolute(path), metadata);
    // Times last: nothing is made or removed any more.
    for (const [path, metadata] of this.#metadata) giveTime(this.#absolute(path), metadata);
  }

  #absolute(path: string): string {
    return path === '' ? this.root : `${this.root}/${path}`;
  }

  #resolve(parts: readonly string[], entry: string, make: boolean): string | undefined {
    const left = [...parts].reverse();
    let folder = '';
    let links = 0;
    for (let part = left.pop(); part !== undefined; part = left.pop()) {
      if (part === '' || part === '.') continue;
      if (part === '..') {
        // Only a link's target can bring one here.
        if (folder === '') throw new SiloError('ArchivePathUnsafe', { args: { entry: readablePath(entry), reason: 'leads out of the layer through a symbolic link' } });
        folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')));
        continue;
      }
      const path = this.path(folder, part);
      if (this.#metadata.has(path)) {
        folder = path;
        continue;
      }
      const own = this.stat(path);
      let link: string | undefined;
      if (own === undefined) {
        const below = this.#findBelow(path);
        if (below?.stat.isSymbolicLink()) {
          link = readLink(below.absolute);
          this.#followedBelow = true;
        } else if (!make) {
          return undefined;
        } else {
          this.addFolder(path, below?.stat.isDirectory() ? metadataOf(below.absolute, below.stat) : this.#guessed.has(path) ? guessedFolder : defaultFolder);
          folder = path;
          continue;
        }
      } else if (own.isSymbolicLink()) {
        link = readLink(this.#absolute(path));
      } else if (isWhiteout(own)) {
        if (!make) return undefined;
        this.addFolder(path, defaultFolder);
        folder = path;
        continue;
      } else {
        throw archiveInvalid(`'${readablePath(entry)}' lies below a file`);
      }
      links += 1;
      if (links > linkLimit) throw new SiloError('ArchivePathUnsafe', { args: { entry: readablePath(entry), reason: 'lies behind too many symbolic links' } });
      if (link.startsWith('/')) folder = '';
      left.push(...link.split('/').reverse());
    }
    return folder;
  }

  #findBelow(path: string): ReturnType<LowerLayers['find']> {
    // What is opaque hides what lies below it.
    for (let folder = parentOf(path); ; folder = parentOf(folder)) {
      if (this.#opaque.has(folder)) return undefined;
      if (folder === '') break;
    }
    if (this.#below === undefined) this.#guessed.add(path);
    return this.#below?.find(path);
  }
}

const readLink = (absolute: string): string => readlinkSync(bytePath(absolute), { encoding: 'latin1' });
