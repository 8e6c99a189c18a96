import { SiloError } from '../base/index.ts';

const pattern = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/;

/** @throws SiloError ContainerNameInvalid */
export const checkContainerName = (name: string): string => {
  // A name of 64 hex digits could be taken for an id.
  if (!pattern.test(name) || /^[0-9a-f]{64}$/.test(name)) throw new SiloError('ContainerNameInvalid', { args: { name }, target: { kind: 'container', id: name } });
  return name;
};

const first = ['amber', 'brisk', 'calm', 'clear', 'dawn', 'deep', 'early', 'fair', 'fleet', 'fresh', 'gentle', 'green', 'keen', 'light', 'lively', 'mild', 'noble', 'plain', 'quick', 'quiet', 'rapid', 'round', 'sharp', 'silver', 'smooth', 'solid', 'steady', 'still', 'swift', 'tidy', 'warm', 'wide'];
const second = ['barn', 'bin', 'birch', 'bridge', 'brook', 'cedar', 'cove', 'crate', 'dale', 'elm', 'farm', 'field', 'ford', 'glen', 'grain', 'grove', 'harbor', 'heath', 'hill', 'lake', 'maple', 'meadow', 'mill', 'oak', 'orchard', 'pine', 'pond', 'ridge', 'silo', 'spring', 'vale', 'wheat'];

/** A name that can be said aloud, made from the id; its last digits keep it unique. */
export const generatedName = (id: string): string => {
  const pick = (words: readonly string[], at: number): string => words[Number.parseInt(id.slice(at, at + 2), 16) % words.length] ?? '';
  return `${pick(first, 0)}-${pick(second, 2)}-${id.slice(4, 10)}`;
};
