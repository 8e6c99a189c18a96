import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path/posix';
import { readReferences } from './references.ts';
import { emptyNames, loadedByThemselves, mayImport, mayReadPlatform, roomOf, rooms } from './rooms.ts';

export interface SourceFile {
  /** From the root of the project, with slashes. */
  readonly path: string;
  readonly text: string;
}

export interface Findings {
  readonly violations: readonly string[];
  readonly filesRead: number;
  readonly importsSeen: number;
}

const builtin = new Set(builtinModules);

/** Everything in these files that the table of rooms does not allow, one sentence each. */
export const findViolations = (files: readonly SourceFile[], dependencies: ReadonlySet<string>): Findings => {
  const violations: string[] = [];
  let importsSeen = 0;
  for (const { path, text } of files) {
    const room = roomOf(path);
    if (emptyNames.test(path)) violations.push(`${path}: the name says nothing of what is inside`);
    if (room === undefined) {
      violations.push(`${path}: no room of the table`);
      continue;
    }
    const { specifiers, computed, readsPlatform, headerLines } = readReferences(path, text);
    if (computed > 0) violations.push(`${path}: imports something by a computed name`);
    if (readsPlatform && !mayReadPlatform.has(path)) violations.push(`${path}: reads the platform; only src/main.ts may`);
    if ((path === `${room}/index.ts` || room === 'native') && (headerLines < 3 || headerLines > 8)) {
      violations.push(`${path}: opens with ${headerLines} lines of comment; 3 to 8 say what it owns, what it refuses, who calls it`);
    }
    importsSeen += specifiers.length;
    for (const specifier of specifiers) {
      const problem = specifier.startsWith('.') ? fileProblem(path, room, specifier) : moduleProblem(room, specifier, dependencies);
      if (problem !== undefined) violations.push(`${path}: ${problem}`);
    }
  }
  const folders = new Set(files.map(({ path }) => roomOf(path)).filter((room) => room !== undefined && room !== 'native' && !room.endsWith('.ts')));
  for (const room of folders) {
    if (!files.some(({ path }) => path === `${room}/index.ts`)) violations.push(`${room}: has no index.ts`);
  }
  return { violations, filesRead: files.length, importsSeen };
};

const fileProblem = (path: string, room: string, specifier: string): string | undefined => {
  const target = join(dirname(path), specifier);
  const targetRoom = roomOf(target);
  if (targetRoom === undefined) return `imports ${target}, which is in no room`;
  if (!mayImport(room, targetRoom)) return `${room} may not import ${targetRoom} (${specifier})`;
  // Within a room everything may be seen; from outside, only what the room shows.
  const shown = targetRoom === 'native' || targetRoom === target || loadedByThemselves.has(target) || target === `${targetRoom}/index.ts`;
  return room === targetRoom || shown ? undefined : `imports ${target} past ${targetRoom}/index.ts`;
};

const moduleProblem = (room: string, specifier: string, dependencies: ReadonlySet<string>): string | undefined => {
  const allowed = rooms[room];
  if (specifier.startsWith('node:')) {
    return allowed?.node === 'all' || allowed?.node.includes(specifier) === true ? undefined : `${room} may not use ${specifier}`;
  }
  const name = specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
  if (builtin.has(name)) return `imports ${specifier} without node:`;
  if (allowed?.packages.includes(name) !== true) return `${room} may not use the package ${name}`;
  return dependencies.has(name) ? undefined : `${name} is no dependency in package.json`;
};
