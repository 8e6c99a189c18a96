import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { getLinkAttribute } from '../../../native/libc.ts';
import { bytePath, cPath } from '../../layer/index.ts';

export const opaqueAttribute = 'trusted.overlay.opaque';

export const isWhiteout = (stat: Stats): boolean => stat.isCharacterDevice() && stat.rdev === 0;

/** The layers below one that is made, all whole, as they look merged. Paths as in `LayerTree`. */
export class LowerLayers {
  /** Top first. */
  readonly #roots: readonly string[];
  readonly #merged = new Map<string, readonly string[]>();

  constructor(roots: readonly string[]) { this.#roots = roots; }

  /** Root of the topmost one. */
  get top(): string | undefined { return this.#roots[0]; }

  /** What a mount of these layers would show at `path`, links not followed. */
  find(path: string): { readonly absolute: string; readonly stat: Stats } | undefined {
    for (const root of this.#mergedAt(parentOf(path))) {
      const absolute = `${root}/${path}`;
      const stat = lstatSync(bytePath(absolute), { throwIfNoEntry: false });
      if (stat !== undefined) return isWhiteout(stat) ? undefined : { absolute, stat };
    }
    return undefined;
  }

  /** Names that a mount of these layers would show in a folder. */
  names(folder: string): readonly string[] {
    const all = new Set(this.#mergedAt(folder).flatMap((root) => readdirSync(bytePath(`${root}/${folder}`), { encoding: 'latin1' })));
    return [...all].filter((name) => this.find(`${folder}/${name}`) !== undefined);
  }

  /**
   * Roots of the layers whose `folder` is merged. Layers where a part of the path is a link or file are
   * not among them: a look at them by name would follow that link on the host.
   */
  #mergedAt(folder: string): readonly string[] {
    if (folder === '') return this.#roots;
    const known = this.#merged.get(folder);
    if (known !== undefined) return known;
    const merged: string[] = [];
    for (const root of this.#mergedAt(parentOf(folder))) {
      const absolute = `${root}/${folder}`;
      const stat = lstatSync(bytePath(absolute), { throwIfNoEntry: false });
      if (stat === undefined) continue;
      if (!stat.isDirectory()) break;
      merged.push(root);
      if (getLinkAttribute(cPath(absolute), opaqueAttribute) !== undefined) break;
    }
    this.#merged.set(folder, merged);
    return merged;
  }
}

/** '' for what stands in the root. */
export const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
