import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync, Visitor } from 'rolldown/utils';
import { describe, expect, it } from 'vitest';
import { errorClasses, errorTable, type ErrorCode } from '../../../src/base/index.ts';

const root = join(import.meta.dirname, '../../..');

interface Node { readonly type: string; readonly start: number; readonly [key: string]: unknown }

/** One place that makes an error: which codes it may have, and which arguments it gives; undefined where they are computed. */
interface Site { readonly place: string; readonly codes: readonly string[]; readonly given: readonly string[] | undefined }

/** Texts that an expression can have; empty where it is computed otherwise. */
const literals = (node: Node): readonly string[] => {
  if (node.type === 'Literal' && typeof node['value'] === 'string') return [node['value']];
  if (node.type === 'ConditionalExpression') return [...literals(node['consequent'] as Node), ...literals(node['alternate'] as Node)];
  return [];
};

const property = (object: Node, name: string): Node | undefined => {
  const found = (object['properties'] as readonly Node[]).find((candidate) => candidate.type === 'Property' && (candidate['key'] as Node)['name'] === name);
  return found?.['value'] as Node | undefined;
};

const givenBy = (options: Node | undefined): readonly string[] | undefined => {
  if (options === undefined) return [];
  if (options.type !== 'ObjectExpression') return undefined;
  const args = property(options, 'args');
  if (args === undefined) return (options['properties'] as readonly Node[]).some(({ type }) => type === 'SpreadElement') ? undefined : [];
  if (args.type !== 'ObjectExpression') return undefined;
  const entries = args['properties'] as readonly Node[];
  return entries.every(({ type }) => type === 'Property') ? entries.map((entry) => String((entry['key'] as Node)['name'] ?? (entry['key'] as Node)['value'])) : undefined;
};

const sitesOf = (path: string): readonly Site[] => {
  const text = readFileSync(join(root, path), 'utf8');
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
  const sites: Site[] = [];
  new Visitor({
    NewExpression: (node) => {
      if (node.callee.type !== 'Identifier' || node.callee.name !== 'SiloError') return;
      const [code, options] = node.arguments as unknown as readonly Node[];
      const line = text.slice(0, node.start).split('\n').length;
      sites.push({ place: `${path}:${line}`, codes: code === undefined ? [] : literals(code), given: givenBy(options) });
    },
  }).visit(program);
  return sites;
};

const sites = globSync('src/**/*.ts', { cwd: root }).flatMap(sitesOf);
const placeholders = (text: string): readonly string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');

describe('where errors are made', () => {
  it('finds the places', () => {
    expect(sites.length).toBeGreaterThan(50);
    expect(sites.filter(({ codes, given }) => codes.length > 0 && given !== undefined).length).toBeGreaterThan(50);
  });

  it('names codes of the table', () => {
    expect(sites.filter(({ codes }) => codes.some((code) => !Object.hasOwn(errorTable, code)))).toEqual([]);
  });

  it('gives every argument that the message and the advice speak of', () => {
    const incomplete = sites.flatMap(({ place, codes, given }) => (given === undefined ? [] : codes.flatMap((code) => {
      const { message, action } = errorTable[code as ErrorCode];
      return placeholders(`${message} ${action}`).filter((name) => !given.includes(name)).map((name) => `${place}: ${code} lacks {${name}}`);
    })));
    expect(incomplete).toEqual([]);
  });
});

describe('the table of errors', () => {
  it.each(Object.entries(errorTable))('%s has a class, a sentence and advice', (code, row) => {
    expect(code).toMatch(/^[A-Z][A-Za-z]+$/);
    expect(errorClasses).toHaveProperty(row.class);
    expect(row.message).toMatch(/^['{A-Zrc].*\.$/);
    expect(row.action).not.toBe('');
  });

  it('gives every class a number and a category of its own', () => {
    const classes = Object.values(errorClasses);
    expect(new Set(classes.map(({ rpcCode }) => rpcCode)).size).toBe(classes.length);
    expect(new Set(classes.map(({ category }) => category)).size).toBe(classes.length);
    expect(classes.map(({ rpcCode }) => rpcCode)).toEqual(classes.map((_, index) => 1001 + index));
  });
});
