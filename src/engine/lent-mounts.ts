import { SiloError } from '../base/index.ts';
import type { ContainerMount, MetadataReader } from '../core/index.ts';
import { findContainer } from './container-lookup.ts';

/** What others may have too: memory is a container's own, and so are files that are held for it. */
const lendable: ReadonlySet<ContainerMount['kind']> = new Set(['volume', 'bind', 'smb']);

/**
 * Mounts of other containers, for one that shall have them at the same places (docker run --volumes-from). Each reference
 * is a container, with `:ro` or `:rw` behind it where its mounts shall be so, and not as that container has them.
 * Errors: ContainerNotFound, IdAmbiguous, ParameterInvalid.
 */
export const lentMounts = (reader: MetadataReader, references: readonly string[]): readonly ContainerMount[] => references.flatMap((text) => {
  const [, reference = '', , mode] = /^(.*?)(:(ro|rw))?$/s.exec(text) ?? [];
  if (reference === '' || reference.includes(':')) throw new SiloError('ParameterInvalid', { args: { parameter: 'volumesFrom', reason: `'${text}' is not of the form container[:ro|rw]` } });
  return findContainer(reader, reference).spec.mounts.filter(({ kind }) => lendable.has(kind)).map((mount) => (mode === undefined ? mount : { ...mount, readOnly: mode === 'ro' || mount.readOnly }));
});

/** Those of a request with what it is lent: its own place goes before one that is lent, and a later one that is lent before an earlier. */
export const withLent = (own: readonly ContainerMount[], lent: readonly ContainerMount[], keyOf: (mount: ContainerMount) => string): readonly ContainerMount[] => {
  const taken = new Set(own.map(keyOf));
  return [...own, ...new Map(lent.filter((mount) => !taken.has(keyOf(mount))).map((mount) => [keyOf(mount), mount])).values()];
};
