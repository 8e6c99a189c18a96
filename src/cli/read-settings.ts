import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fromFileError } from '../base/index.ts';

export interface RootSettings {
  readonly files: { name: string; text: string }[];
  readonly entries: { path: string; kind: 'File' | 'Folder' | 'Other'; sizeBytes: number }[];
}

const hidden = '***';
const secretName = /pass|secret|token|credential|auth|key/i;
const mostEntries = 2000;
const mostBytes = 1024 * 1024;

/** The document with *** in place of what may be secret: values by the names of their fields, and users of addresses. */
const withoutSecrets = (value: unknown): unknown => {
  if (typeof value === 'string') return value.replace(/(\/\/)[^/@\s]*@/g, `$1${hidden}@`);
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [withoutSecrets(name), secretName.test(name) ? hidden : withoutSecrets(item)]));
};

const settingsText = (text: string): string => {
  try {
    return JSON.stringify(withoutSecrets(JSON.parse(text)), null, 2);
  } catch (error) {
    if (error instanceof SyntaxError) return `not valid JSON: ${text.length} characters`;
    throw error;
  }
};

/** Settings files of a state root, and what lies in it, two levels deep. Errors: PathAccessDenied. */
export const readSettings = async (root: string): Promise<RootSettings> => {
  const files: { name: string; text: string }[] = [];
  const entries: { path: string; kind: 'File' | 'Folder' | 'Other'; sizeBytes: number }[] = [];
  const list = async (below: string, depth: number): Promise<void> => {
    const found = (await readdir(join(root, below), { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of found) {
      if (entries.length >= mostEntries) return;
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      const kind = entry.isFile() ? 'File' : entry.isDirectory() ? 'Folder' : 'Other';
      // What is removed meanwhile has no size any more.
      const sizeBytes = kind === 'File' ? (await stat(join(root, path)).catch(() => undefined))?.size ?? 0 : 0;
      entries.push({ path, kind, sizeBytes });
      if (kind === 'File' && depth === 1 && entry.name.endsWith('.json') && sizeBytes <= mostBytes) files.push({ name: entry.name, text: settingsText(await readFile(join(root, path), 'utf8')) });
      if (kind === 'Folder' && depth < 2) await list(path, depth + 1);
    }
  };
  try {
    await list('', 1);
  } catch (error) {
    throw fromFileError(error, root);
  }
  return { files, entries };
};
