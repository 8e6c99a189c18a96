import type { Ports } from './ports.ts';

/**
 * Removes those of these volumes that no container mounts, and answers which. With `dryRun` it only tells; `except`
 * are containers that will be gone by then. The row goes first: a folder without a row is what repair takes away.
 */
export const removeVolumes = async (ports: Ports, ids: readonly string[], options: { readonly dryRun?: boolean | undefined; readonly except: ReadonlySet<string> }): Promise<readonly string[]> => {
  const removed: string[] = [];
  for (const id of ids) {
    const isFree = (containers: readonly { readonly id: string; readonly spec: { readonly mounts: readonly { readonly kind: string; readonly source: string }[] } }[]): boolean =>
      !containers.some((container) => !options.except.has(container.id) && container.spec.mounts.some(({ kind, source }) => kind === 'volume' && source === id));
    if (options.dryRun === true) {
      if (ports.metadata.read((reader) => reader.volumeIds().includes(id) && isFree(reader.containers()))) removed.push(id);
      continue;
    }
    const taken = await ports.metadata.write((writer) => {
      if (!writer.volumeIds().includes(id) || !isFree(writer.containers())) return false;
      writer.deleteVolume(id);
      return true;
    });
    if (!taken) continue;
    await ports.volumes.remove(id);
    removed.push(id);
  }
  return removed;
};
