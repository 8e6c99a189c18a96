import type { ContainerRecord, MetadataReader } from '../core/index.ts';

/**
 * A container that is made anew keeps another name until the new one runs: whoever is killed in between leaves
 * either the old one, which gets its name back, or the new one, beside which the old one is removed.
 */
const form = /^(.+)-replaced-([0-9a-f]{12})$/;

/** Names have 128 characters at most. */
const longestStem = 100;

export const replacedName = ({ name, id }: ContainerRecord): string => `${name.slice(0, longestStem)}-replaced-${id.slice(0, 12)}`;

/** Containers that were to be replaced by one of that name. */
export const replacedBy = (reader: MetadataReader, name: string): readonly ContainerRecord[] => reader.containers().filter((record) => {
  const [, stem, beginning = '-'] = form.exec(record.name) ?? [];
  return stem === name.slice(0, longestStem) && record.id.startsWith(beginning);
});
