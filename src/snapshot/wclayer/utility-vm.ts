import { copyFileSync, existsSync, linkSync, lstatSync, mkdirSync, readdirSync, rmSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import type { Out, Pointer } from '../../../native/dynamic-library.ts';
import { attachFlags } from '../../../native/virtdisk.ts';
import { restoredFile } from './file-sinks.ts';
import type { LayerStorage } from './layer-storage.ts';

const bootFolder = join('Files', 'EFI', 'Microsoft', 'Boot');
/** The boot store, which set-up changes: a layer keeps what it was before under these names. */
const bootFiles = { BCD: 'bcd.bak', 'BCD.LOG': 'bcd.log.bak', 'BCD.LOG1': 'bcd.log1.bak', 'BCD.LOG2': 'bcd.log2.bak' } as const;
const diskBytes = 20 * 1024 ** 3;
const pieceBytes = 64 * 1024;

/** Gives `layer` the utility VM of its parent: files are shared, folders, links and the boot store copied with all that Windows keeps of them. */
export const cloneUtilityVm = (storage: LayerStorage, parent: string, layer: string): void => {
  const source = join(parent, 'UtilityVM', 'Files');
  mkdirSync(join(layer, 'UtilityVM'), { recursive: true });
  if (!existsSync(source)) {
    mkdirSync(join(layer, 'UtilityVM', 'Files'), { recursive: true });
    return;
  }
  cloneFolder(storage, source, join(layer, 'UtilityVM', 'Files'));
  for (const [name, kept] of Object.entries(bootFiles)) {
    const [original, copy] = [join(parent, kept), join(layer, 'UtilityVM', bootFolder, name)];
    if (!existsSync(original) || !existsSync(copy)) continue;
    rmSync(copy);
    copyFileSync(original, copy);
  }
};

const cloneFolder = (storage: LayerStorage, from: string, to: string): void => {
  copyWhole(storage, from, to, lstatSync(from));
  for (const name of readdirSync(from)) {
    const [source, target] = [join(from, name), join(to, name)];
    const stat = lstatSync(source);
    if (stat.isDirectory() && !stat.isSymbolicLink()) cloneFolder(storage, source, target);
    else if (stat.isSymbolicLink() || Object.hasOwn(bootFiles, name.toUpperCase())) copyWhole(storage, source, target, stat);
    else linkSync(source, target);
  }
};

/** Copies a file or folder through its backup stream. */
const copyWhole = (storage: LayerStorage, from: string, to: string, stat: Stats): void => {
  const { files } = storage;
  storage.withFile(from, 'read', (file) => {
    const sink = restoredFile(storage, to, files.basicInformation(file), stat.isDirectory());
    const context: Out<Pointer> = [null];
    const buffer = Buffer.alloc(pieceBytes);
    try {
      for (let count = files.backUp(file, buffer, true, context); count > 0; count = files.backUp(file, buffer, true, context)) sink.write(buffer.subarray(0, count));
    } finally {
      files.end(file, 'backUp', context);
      sink.end();
    }
  });
};

/** Makes the layer's utility VM, where it has one, ready to start: its boot store, and the disks that VMs start from. */
export const setUpUtilityVm = (storage: LayerStorage, layer: string): void => {
  const folder = join(layer, 'UtilityVM');
  if (!existsSync(join(folder, 'Files'))) return;
  for (const [name, kept] of Object.entries(bootFiles)) {
    const original = join(folder, bootFolder, name);
    if (existsSync(original)) copyFileSync(original, join(layer, kept));
  }
  const [base, scratch] = [join(folder, 'SystemTemplateBase.vhdx'), join(folder, 'SystemTemplate.vhdx')];
  const disk = storage.disks.create(base, { sizeBytes: diskBytes });
  try {
    storage.disks.attach(disk, attachFlags.noDriveLetter);
    storage.setUpUtilityVm(folder, disk);
    storage.disks.detach(disk);
  } finally {
    storage.files.close(disk);
  }
  storage.files.close(storage.disks.create(scratch, { parent: base }));
};
