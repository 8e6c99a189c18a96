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

/** A small Linux image of two layers as an OCI archive; the upper one changes, deletes and hides what the lower one has. */
export const makeLinuxArchive = (folder: string, config: object): string => {
  const programs = ['sh', 'sleep', 'cat', 'ls', 'tr', 'rm', 'readlink', 'test', 'echo', 'id'].map((name): BuiltEntry => ({ name: `bin/${name}`, flag: '1', link: 'bin/busybox' }));
  const image = makeImage({
    layers: [
      buildTar(
        { name: 'bin/', flag: '5' }, { name: 'bin/busybox', content: readFileSync('/bin/busybox'), mode: 0o755 }, ...programs,
        { name: 'dev/', flag: '5' }, { name: 'etc/', flag: '5' }, { name: 'etc/passwd', content: 'root:x:0:0::/:/bin/sh\n' }, { name: 'etc/owned', content: 'owned', mode: 0o4755, uid: 1234, gid: 5678 },
        { name: 'data.txt', content: 'from the lower layer\n' }, { name: 'gone', content: 'x' }, { name: 'folder/', flag: '5' }, { name: 'folder/old', content: 'x' }, { name: 'link', flag: '2', link: '/etc/owned' },
      ),
      buildTar({ name: 'data.txt', content: 'from the upper layer\n' }, { name: '.wh.gone' }, { name: 'folder/', flag: '5' }, { name: 'folder/.wh..wh..opq' }, { name: 'folder/new', content: 'x' }),
    ],
    config: { os: 'linux', architecture: 'amd64', config },
  });
  const archive = join(folder, 'linux.tar');
  writeFileSync(archive, buildTar(...layoutEntries(indexOf(descriptorOf(image.manifest)), image.blobs)));
  return archive;
};
