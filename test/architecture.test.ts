import { readFileSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rooms } from './architecture/rooms.ts';
import { findViolations, type SourceFile } from './architecture/violations.ts';

const root = join(import.meta.dirname, '..');
const dependencies = new Set(Object.keys((JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { dependencies: object }).dependencies));

const sources = (): SourceFile[] => ['src', 'native'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.[cm]?[jt]sx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path: relative(root, path).split(sep).join('/'), text: readFileSync(path, 'utf8') })));

describe('the rooms of the house', () => {
  it('hold to the table of allowed imports', () => {
    const { violations, filesRead, importsSeen } = findViolations(sources(), dependencies);
    // A check that read nothing would always pass.
    expect(filesRead).toBeGreaterThan(20);
    expect(importsSeen).toBeGreaterThan(20);
    expect(violations).toEqual([]);
  });

  it('stand in the table without a circle', () => {
    const visit = (room: string, path: readonly string[]): void => {
      expect(path, [...path, room].join(' → ')).not.toContain(room);
      for (const next of rooms[room]?.rooms ?? []) if (!next.endsWith('/*')) visit(next, [...path, room]);
    };
    for (const room of Object.keys(rooms)) visit(room, []);
  });
});

const header = '/**\n * Owns a thing.\n * Refuses another.\n * Called by a third.\n */\n';
const findingsOf = (path: string, text: string): readonly string[] => {
  const room = path.slice(0, path.lastIndexOf('/'));
  const index = { path: `${room}/index.ts`, text: header };
  return findViolations(path === index.path ? [{ path, text }] : [index, { path, text }], dependencies).violations;
};

describe('the architecture test finds', () => {
  it.each([
    ['an edge upwards', 'src/core/a.ts', "import { createEngine } from '../engine/index.ts';", 'src/core may not import src/engine'],
    ['an edge of a type alone', 'src/core/a.ts', "import type { Engine } from '../engine/index.ts';", 'src/core may not import src/engine'],
    ['an edge of a re-export', 'src/base/a.ts', "export * from '../core/index.ts';", 'src/base may not import src/core'],
    ['an edge of a dynamic import', 'src/store/a.ts', "export const late = () => import('../runtime/runc/index.ts');", 'src/store may not import src/runtime/runc'],
    ['an edge of an import in a type', 'src/store/a.ts', "export type X = import('../engine/index.ts').X;", 'src/store may not import src/engine'],
    ['an edge between siblings', 'src/snapshot/overlay/a.ts', "import '../../runtime/runc/index.ts';", 'src/snapshot/overlay may not import src/runtime/runc'],
    ['a way past an index', 'src/engine/a.ts', "import { rank } from '../image/ranking.ts';", 'past src/image/index.ts'],
    ['Node in a pure room', 'src/base/a.ts', "import { readFile } from 'node:fs';", 'may not use node:fs'],
    ['I/O in the engine room', 'src/engine/a.ts', "import { readFile } from 'node:fs/promises';", 'may not use node:fs/promises'],
    ['a package out of place', 'src/store/a.ts', "import { load } from 'koffi';", 'may not use the package koffi'],
    ['a package taken by require', 'src/store/a.ts', "export const k = require('koffi');", 'may not use the package koffi'],
    ['a module of Node without its scheme', 'src/store/a.ts', "import fs from 'fs';", 'without node:'],
    ['an import by a computed name', 'src/store/a.ts', 'export const f = (name: string) => import(name);', 'computed'],
    ['process.platform', 'src/store/a.ts', "export const windows = process.platform === 'win32';", 'only src/main.ts'],
    ['the platform taken apart', 'src/store/a.ts', 'export const { platform } = process;', 'only src/main.ts'],
    ['the platform from node:os', 'src/store/a.ts', "import { platform } from 'node:os';", 'only src/main.ts'],
    ['a name that says nothing', 'src/store/string-utils.ts', 'export {};', 'says nothing'],
    ['a folder that is no room', 'src/extras/a.ts', 'export {};', 'no room'],
    ['an index without its comment', 'src/store/index.ts', "export { a } from './a.ts';", 'opens with 0 lines'],
    ['a binding without its comment', 'native/kernel.ts', 'export {};', 'opens with 0 lines'],
  ])('%s', (_what, path, text, expected) => {
    expect(findingsOf(path, text).join('\n')).toContain(expected);
  });

  it('a room without an index', () => {
    expect(findViolations([{ path: 'src/store/a.ts', text: 'export {};' }], dependencies).violations).toEqual(['src/store: has no index.ts']);
  });

  it('nothing in a file that keeps to the table', () => {
    const text = "import { join } from 'node:path';\nimport type { Lock } from '../core/index.ts';\nexport const a = (lock: Lock) => join(String(lock), 'a');\n";
    expect(findingsOf('src/store/a.ts', text)).toEqual([]);
  });
});
