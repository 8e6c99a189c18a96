import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { composeSchema } from '../../src/application/compose-schema.ts';
import { unsupportedKeys } from '../../src/application/compose-support.ts';
import { wrap } from './wrap.ts';

const root = join(import.meta.dirname, '..', '..');

interface Schema { readonly properties?: Readonly<Record<string, Schema>>; readonly patternProperties?: Readonly<Record<string, Schema>>; readonly not?: unknown; readonly $comment?: string }

/** Keys of a service that mean what they say. */
const supportedKeys = (): readonly string[] => {
  const services = (composeSchema as unknown as Schema).properties?.['services']?.patternProperties ?? {};
  return Object.values(services).flatMap(({ properties = {} }) => Object.entries(properties)).filter(([, { not, $comment }]) => not === undefined && $comment === undefined).map(([key]) => key).toSorted();
};

/** Reasons in another language stand at the end of its frame, one a line, after the line {reasons}. English is the table's own. */
const splitReasons = (text: string, path: string): { readonly frame: string; readonly reasonOf: (group: keyof typeof unsupportedKeys) => string } => {
  const [frame = '', translations] = text.split('{reasons}\n');
  if (translations === undefined) return { frame, reasonOf: (group) => `${unsupportedKeys[group].reason[0]?.toUpperCase()}${unsupportedKeys[group].reason.slice(1)}.` };
  const known = new Map(translations.trim().split('\n').map((line) => line.split(' = ', 2) as [string, string]));
  for (const group of known.keys()) if (!(group in unsupportedKeys)) throw new Error(`${path}: there is no '${group}' in compose-support.ts`);
  return {
    frame,
    reasonOf: (group) => {
      const found = known.get(group);
      if (found === undefined) throw new Error(`${path} has no reason for '${group}'`);
      return found;
    },
  };
};

/** The text of about_Silo_Applications in one language: what stands in module/help, with the keys of compose files where it says so. */
export const applicationTopic = (culture: string): string => {
  const path = join(root, 'module', 'help', culture, 'about_Silo_Applications.txt');
  const { frame, reasonOf } = splitReasons(readFileSync(path, 'utf8').replaceAll('\r\n', '\n'), path);
  const groups = (treatment: 'ignored' | 'refused'): string => (Object.keys(unsupportedKeys) as (keyof typeof unsupportedKeys)[]).filter((group) => unsupportedKeys[group].treatment === treatment)
    .map((group) => [...unsupportedKeys[group].keys.map((key) => `    ${key}`), ...wrap(reasonOf(group), 8), ''].join('\n')).join('\n');
  return frame.replace('{supported}\n', () => `${wrap(supportedKeys().join(', '), 4).join('\n')}\n`).replace('{ignored}\n', () => groups('ignored')).replace('{refused}\n', () => groups('refused'));
};
