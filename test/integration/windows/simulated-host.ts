import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeImage, descriptorOf, indexOf, layoutEntries } from '../../fixtures/image-archives.ts';
import { buildTar, type BuiltEntry } from '../../fixtures/tar-builder.ts';

/** Files of a Windows base layer, and the parts of a registry that every one has. */
const skeleton: readonly BuiltEntry[] = [
  { name: 'Files/', flag: '5' }, { name: 'Hives/', flag: '5' },
  ...['DEFAULT', 'SAM', 'SECURITY', 'SOFTWARE', 'SYSTEM'].map((name) => ({ name: `Files/Windows/System32/config/${name}` })),
];

/** What a utility VM of an image starts from, by its names. */
const utilityVm: readonly BuiltEntry[] = [
  { name: 'UtilityVM/', flag: '5' }, { name: 'UtilityVM/Files/', flag: '5' },
  ...['BCD', 'bootmgfw.efi'].map((name) => ({ name: `UtilityVM/Files/EFI/Microsoft/Boot/${name}`, content: name })),
];

interface WindowsImage { readonly osVersion?: string; readonly withUtilityVm?: boolean }

/** An image of Windows by its papers, as an OCI archive: its programs are those that the simulated host runs. */
export const makeWindowsArchive = (folder: string, programs: Readonly<Record<string, string>>, config: object, { osVersion = '10.0.20348.2113', withUtilityVm = false }: WindowsImage = {}): string => {
  const files = Object.entries(programs).map(([name, source]) => ({ name: `Files/${name}`, content: readFileSync(source), mode: 0o755 }));
  const image = makeImage({
    layers: [buildTar(...skeleton, ...files, ...(withUtilityVm ? utilityVm : []), { name: 'Files/data.txt', content: 'from the image\n' })],
    config: { 'os': 'windows', 'architecture': 'amd64', 'os.version': osVersion, config },
  });
  const archive = join(folder, `windows-${osVersion}${withUtilityVm ? '-vm' : ''}.tar`);
  writeFileSync(archive, buildTar(...layoutEntries(indexOf(descriptorOf(image.manifest)), image.blobs)));
  return archive;
};
