import type { NameValue } from '../core/index.ts';

/** Names whose values differ, or that only one side has; the order of entries is of no meaning. */
export const differingNames = (one: readonly NameValue[], other: readonly NameValue[], keyOf: (name: string) => string = (name) => name): readonly string[] => {
  const [left, right] = [one, other].map((entries) => new Map(entries.map(({ name, value }) => [keyOf(name), { name, value }]))) as [Map<string, NameValue>, Map<string, NameValue>];
  return [...new Set([...left.keys(), ...right.keys()])].filter((key) => left.get(key)?.value !== right.get(key)?.value).map((key) => (left.get(key) ?? right.get(key))?.name ?? key);
};

export const sameSet = (one: readonly string[], other: readonly string[]): boolean => {
  const [left, right] = [new Set(one), new Set(other)];
  return left.size === right.size && [...left].every((item) => right.has(item));
};
