import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPowerShell } from '../find-powershell.ts';
import { formatCatalogue, parseCatalogue, type Catalogue } from './catalogue.ts';
import type { CommandFact } from './command-fact.ts';
import { pageTexts, translatable } from './help-text.ts';
import { mamlDocument } from './maml.ts';

const root = join(import.meta.dirname, '..', '..');
const moduleRoot = join(root, 'module', 'Silo');
const catalogueRoot = join(root, 'module', 'help');
/** Languages besides English; each has a folder of catalogues. */
const languages = readdirSync(catalogueRoot).filter((name) => name !== 'en-US');
const helpFile = (culture: string): string => join(moduleRoot, culture, 'Silo-help.xml');

const read = (path: string): string => readFileSync(path, 'utf8').replaceAll('\r\n', '\n');
const filesBelow = (folder: string, ending: string): string[] => readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith(ending)).map((name) => join(folder, name)).toSorted();

/** The part of a function's file that help is made from: its comment and its parameters. */
const head = (source: string): string => source.split(/^ {4}(?:\)|begin \{|process \{)/m, 1)[0] ?? '';

/** Changes with everything that the help is made from; PowerShell is needed only where it has changed. */
const fingerprint = (): string => {
  const hash = createHash('sha256');
  for (const path of filesBelow(join(moduleRoot, 'Public'), '.ps1')) hash.update(head(read(path)));
  for (const path of [...filesBelow(catalogueRoot, '.po'), ...filesBelow(import.meta.dirname, '.ts'), ...filesBelow(import.meta.dirname, '.ps1')]) hash.update(read(path));
  return hash.digest('hex');
};

/** Paths of help files that were made from something else than what is there now. */
export const staleHelp = (): string[] => {
  const now = fingerprint();
  return ['en-US', ...languages].map(helpFile).filter((path) => !existsSync(path) || !read(path).includes(`Sources: ${now} -->`));
};

const readCommands = (powerShell: string): CommandFact[] => {
  const file = join(import.meta.dirname, 'Get-CommandFact.ps1');
  const json = execFileSync(powerShell, ['-NoProfile', '-NonInteractive', '-File', file, '-Manifest', join(moduleRoot, 'Silo.psd1')], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  return JSON.parse(json) as CommandFact[];
};

/** Writes a language's catalogues anew: every sentence once, what nobody uses any more is gone. Gives the translations, and counts what has none. */
const renewCatalogues = (language: string, commands: readonly CommandFact[]): { readonly catalogue: Catalogue; readonly missing: readonly string[] } => {
  const folder = join(catalogueRoot, language);
  const catalogue: Catalogue = new Map(filesBelow(folder, '.po').flatMap((path) => [...parseCatalogue(read(path))]).filter(([, translated]) => translated !== ''));
  const users = new Map<string, string[]>(pageTexts.map((text) => [text, ['every page', 'every page']]));
  for (const command of commands) for (const text of translatable(command)) users.set(text, [...(users.get(text) ?? []), command.name]);
  const byFile = Map.groupBy(users.keys(), (text) => (users.get(text)?.length === 1 ? users.get(text)?.[0] ?? '' : 'shared'));
  const missing: string[] = [];
  for (const path of filesBelow(folder, '.po')) if (!byFile.has(path.slice(folder.length + 1, -'.po'.length))) rmSync(path);
  for (const [name, texts] of byFile) {
    const path = join(folder, `${name}.po`);
    const wanted = formatCatalogue(language, texts.map((text) => [text, catalogue.get(text) ?? ''] as const));
    if (!existsSync(path) || read(path) !== wanted) writeFileSync(path, wanted);
    const count = texts.filter((text) => !catalogue.has(text)).length;
    if (count > 0) missing.push(`module/help/${language}/${name}.po: ${count} without a translation`);
  }
  return { catalogue, missing };
};

/** Makes the help files of every language anew; gives what is to be told of it. */
export const makeHelp = (): string[] => {
  const powerShell = findPowerShell();
  if (powerShell === undefined) return ['PowerShell not found: the help was not made again'];
  const commands = readCommands(powerShell);
  const renewed = languages.map((language) => ({ language, ...renewCatalogues(language, commands) }));
  const sources = fingerprint();
  const documents = [{ language: 'en-US', catalogue: new Map() as Catalogue }, ...renewed];
  for (const { language, catalogue } of documents) {
    mkdirSync(join(moduleRoot, language), { recursive: true });
    writeFileSync(helpFile(language), mamlDocument(commands, (english) => catalogue.get(english) ?? english, sources));
  }
  return [...documents.map(({ language }) => `wrote module/Silo/${language}/Silo-help.xml`), ...renewed.flatMap(({ missing }) => missing)];
};
