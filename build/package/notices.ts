import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Manifest { readonly name: string; readonly version: string; readonly license?: string }

/** Names, versions and licence texts of packages whose code is in the bundle. One without a text is an error: it may not be passed on so. */
export const thirdPartyNotices = (packageFolders: readonly string[]): string => {
  const parts = packageFolders.map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
    const file = readdirSync(folder).sort().find((entry) => /^licen[cs]e(\.|$)/i.test(entry));
    const text = file === undefined ? undefined : readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim();
    if (text === undefined && license === undefined) throw new Error(`${name} has no licence`);
    return `${name} ${version}\n${'-'.repeat(name.length + version.length + 1)}\n${text ?? `Licence: ${license ?? ''}`}\n`;
  });
  return `The engine contains code of these packages.\n\n${parts.join('\n')}`;
};
