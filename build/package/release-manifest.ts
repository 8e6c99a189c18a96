import { join } from 'node:path';
import { readText } from './join-module.ts';

const replaceOnce = (text: string, pattern: RegExp, replacement: string): string => {
  if (text.match(new RegExp(pattern, `${pattern.flags}g`))?.length !== 1) throw new Error(`Silo.psd1 should have one ${String(pattern)}`);
  return text.replace(pattern, () => replacement);
};

/** What the change log says of one version, without its heading. */
const releaseNotes = (moduleRoot: string, version: string): string => {
  const [, ...sections] = readText(join(moduleRoot, 'CHANGELOG.md')).split(/^## /m);
  const notes = sections.find((section) => section.startsWith(`${version}\n`))?.slice(version.length).trim();
  if (notes === undefined || notes === '') throw new Error(`CHANGELOG.md says nothing of ${version}`);
  return notes;
};

export const moduleVersion = (moduleRoot: string): string => {
  const version = /^ {4}ModuleVersion = '([\d.]+)'$/m.exec(readText(join(moduleRoot, 'Silo.psd1')))?.[1];
  if (version === undefined) throw new Error('Silo.psd1 has no ModuleVersion');
  return version;
};

/** The manifest as the Gallery shows it: with the notes of this version, and the list of files. `files` are paths with slashes. */
export const releaseManifest = (moduleRoot: string, files: readonly string[]): string => {
  const notes = releaseNotes(moduleRoot, moduleVersion(moduleRoot)).replaceAll("'", "''");
  const list = files.map((file) => `        '${file.replaceAll("'", "''")}'`).join('\n');
  const described = replaceOnce(readText(join(moduleRoot, 'Silo.psd1')), /ReleaseNotes = 'See CHANGELOG\.md\.'/, `ReleaseNotes = '${notes}'`);
  return replaceOnce(described, /^ {4}PrivateData = @\{$/m, `    FileList = @(\n${list}\n    )\n    PrivateData = @{`);
};
