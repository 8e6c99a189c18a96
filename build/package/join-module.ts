import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const byteOrderMark = '\uFEFF';

export const readText = (path: string): string => readFileSync(path, 'utf8').replace(byteOrderMark, '').replaceAll('\r\n', '\n');

/** The part of Silo.psm1 that loads files, from its comment to where its variables go, and the folders that it reads. */
const loader = /^# In a release every function stands above[^\n]*\n\$?(?:.*\n)*?foreach \(\$siloFolder in ([^)]+)\) \{\n(?:.*\n)*?^Remove-Variable [^\n]*\n/m;

/** Files below a folder as Get-ChildItem -Recurse gives them: those of a folder before those of the folders in it, each by name. */
const scriptsBelow = (folder: string): string[] => {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
  return [
    ...entries.filter((entry) => entry.isFile() && entry.name.endsWith('.ps1')).map(({ name }) => join(folder, name)),
    ...entries.filter((entry) => entry.isDirectory()).flatMap(({ name }) => scriptsBelow(join(folder, name))),
  ];
};

export interface JoinedModule {
  readonly text: string;
  /** Folders of the source tree whose files stand in it. */
  readonly folders: readonly string[];
}

/**
 * Silo.psm1 with every file in it that the source's loads, in its order, in place of the part that loads them.
 * A source that loads files in another way is an error: a release would lack them.
 */
export const joinModule = (moduleRoot: string): JoinedModule => {
  const source = readText(join(moduleRoot, 'Silo.psm1'));
  const found = loader.exec(source);
  if (found === null) throw new Error('Silo.psm1 has no part that loads its files, or another one than build/package/join-module.ts knows');
  const folders = [...(found[1] ?? '').matchAll(/'([^']+)'/g)].map((match) => match[1] ?? '');
  const functions = folders.flatMap((folder) => scriptsBelow(join(moduleRoot, folder))).map((path) => readText(path).trimEnd());
  const text = source.replace(found[0], () => `${functions.join('\n\n')}\n`);
  const stray = /^[^#\n]*(?:^|[\s;{])\. +["'$(].*$/m.exec(text.replace(/^\s*(?:begin \{ )?\. Import-CallerPreference.*$/gm, ''));
  if (stray !== null) throw new Error(`Silo.psm1 would load a file in a release: ${stray[0].trim()}`);
  return { text, folders };
};

/** Windows PowerShell reads a file without a mark in the system's code page. */
export const withMark = (text: string): string => (/[^\u0000-\u007F]/.test(text) ? byteOrderMark + text : text);
