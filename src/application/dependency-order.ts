/** Whom each waits for. */
export type DependencyTable = ReadonlyMap<string, readonly string[]>;

/**
 * Names in waves: those of a wave wait only for names of earlier ones, and may go at once. Answers the
 * names of a ring instead where there is one. Dependencies that are not in the table are of no account.
 */
export const dependencyWaves = (table: DependencyTable): { readonly waves: readonly (readonly string[])[] } | { readonly ring: readonly string[] } => {
  const left = new Map([...table].map(([name, needs]) => [name, needs.filter((need) => table.has(need))]));
  const waves: string[][] = [];
  while (left.size > 0) {
    const wave = [...left].filter(([, needs]) => needs.every((need) => !left.has(need))).map(([name]) => name);
    if (wave.length === 0) return { ring: ringOf(left) };
    for (const name of wave) left.delete(name);
    waves.push(wave);
  }
  return { waves };
};

/** Every name of the table waits for another of it, so whoever follows them comes by one twice. */
const ringOf = (table: DependencyTable): readonly string[] => {
  const way: string[] = [];
  let [name = ''] = table.keys();
  while (!way.includes(name)) {
    way.push(name);
    name = table.get(name)?.find((need) => table.has(need)) ?? '';
  }
  return [...way.slice(way.indexOf(name)), name];
};
