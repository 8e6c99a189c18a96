import { closeSync, fsyncSync, openSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Pointer } from '../../../native/dynamic-library.ts';
import { WindowsFiles } from '../../../native/kernel32-files.ts';
import { attachFlags, VirtualDisks } from '../../../native/virtdisk.ts';
import { writeBlankFileSystem } from './ext4/blank-file-system.ts';
import type { DiskLibraries, PrepareJob } from './layer-job.ts';
import { makeWhole, scratchDisk } from './snapshot-folder.ts';

/** virtdisk.dll for one worker thread, which may wait in it. */
export class Disks {
  readonly #disks: VirtualDisks;
  readonly #files: WindowsFiles;

  constructor({ virtDisk, kernel }: DiskLibraries) {
    this.#disks = new VirtualDisks(virtDisk);
    this.#files = new WindowsFiles(kernel);
  }

  /** Makes a disk and runs `work` with its sectors, as a file that is open. */
  createEmpty(path: string, sizeBytes: number, work: (fd: number) => void): void {
    this.#closing(this.#disks.create(path, { sizeBytes }), (disk) => { this.#attached(disk, 'r+', work); });
  }

  /** Runs `work` with a disk's sectors. @throws DiskFailure where a machine has it */
  read<T>(path: string, work: (fd: number) => T): T { return this.#closing(this.#disks.open(path), (disk) => this.#attached(disk, 'r', work)); }

  /** The same, with sectors that can be written. */
  change(path: string, work: (fd: number) => void): void { this.#closing(this.#disks.open(path), (disk) => { this.#attached(disk, 'r+', work); }); }

  createDiffering(path: string, parent: string): void { this.#files.close(this.#disks.create(path, { parent })); }

  /** Attached for the time of the work, to nobody else, and detached with the process at the latest. */
  #attached<T>(disk: Pointer, flags: 'r' | 'r+', work: (fd: number) => T): T {
    this.#disks.attach(disk, attachFlags.noDriveLetter + (flags === 'r' ? attachFlags.readOnly : 0));
    try {
      const drive = this.#disks.physicalPath(disk);
      if (drive === undefined) throw new Error('A disk that was attached is not.');
      const fd = openSync(drive, flags);
      try {
        return work(fd);
      } finally {
        closeSync(fd);
      }
    } finally {
      this.#disks.detach(disk);
    }
  }

  #closing<T>(disk: Pointer, work: (disk: Pointer) => T): T {
    try {
      return work(disk);
    } finally {
      this.#files.close(disk);
    }
  }
}

/** An empty disk with a file system, that scratch disks of its size differ from. */
const blankDisk = (disks: Disks, common: string, sizeBytes: number): string => {
  const path = join(common, `blank-${sizeBytes}.vhdx`);
  makeWhole(path, (made) => {
    disks.createEmpty(made, sizeBytes, (fd) => {
      writeBlankFileSystem(fd, sizeBytes, randomBytes(16));
      fsyncSync(fd);
    });
  });
  return path;
};

export const prepareScratch = (disks: Disks, { own, common, scratchBytes }: PrepareJob): void => {
  makeWhole(scratchDisk(own.folder), (made) => { disks.createDiffering(made, blankDisk(disks, common, scratchBytes)); });
};
