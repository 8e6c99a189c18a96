import { spawn } from 'node:child_process';
import { constants, existsSync } from 'node:fs';
import { access, mkdir, open, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SiloError, hasErrno } from '../../base/index.ts';
import type { RuntimeRequirement } from '../../core/index.ts';
import { findProgram } from '../conmon/index.ts';
import { machineArguments } from './machine-plan.ts';

export type Accelerator = 'kvm' | 'tcg';

/** Files that a machine is made of. */
export interface MachineParts {
  readonly qemu: string;
  readonly virtiofsd: string;
  readonly keeper: string;
  readonly kernel: string;
  readonly initramfs: string;
}

export interface MachineHostOptions {
  /** Folder with kernel, initramfs and keeper; the set-up makes it. */
  readonly folder: string;
  /** Folder that goes with a reboot, where it is remembered whether machines boot with KVM. */
  readonly runFolder: string;
}

const probeBytes = 192 * 1024 * 1024;
const probePatienceMs = 20_000;
const remedies = { qemu: 'apt-get install qemu-system-x86', files: 'npm start (builds dist/machine)' } as const;

/** What this host has for utility VMs. */
export class MachineHost {
  readonly #folder: string;
  readonly #memory: string;
  #accelerator: Promise<Accelerator> | undefined;

  constructor({ folder, runFolder }: MachineHostOptions) {
    this.#folder = folder;
    this.#memory = join(runFolder, 'accelerator');
  }

  /** All of them, each with what was found; looked at without starting anything. */
  requirements(): readonly RuntimeRequirement[] {
    const qemu = findProgram('qemu-system-x86_64');
    const virtiofsd = findProgram('virtiofsd');
    const files = ['vmlinux', 'initramfs', 'machine-keeper'].filter((name) => !existsSync(join(this.#folder, name)));
    const row = (name: string, path: string | undefined, remedy: string): RuntimeRequirement =>
      ({ name, satisfied: path !== undefined, detail: path ?? `${name} is not installed`, remedy: path === undefined ? remedy : undefined, neededFor: 'HyperV' });
    return [
      row('QEMU', qemu, remedies.qemu),
      row('virtiofsd', virtiofsd, remedies.qemu),
      row('tc', findProgram('tc'), 'apt-get install iproute2'),
      { name: 'utility VM', satisfied: files.length === 0, detail: files.length === 0 ? this.#folder : `${join(this.#folder, files[0] ?? '')} is missing`, remedy: files.length === 0 ? undefined : remedies.files, neededFor: 'HyperV' },
    ];
  }

  /** @throws SiloError MachineFailed */
  parts(): MachineParts {
    const missing = this.requirements().find(({ satisfied }) => !satisfied);
    const [qemu, virtiofsd] = [findProgram('qemu-system-x86_64'), findProgram('virtiofsd')];
    if (missing !== undefined || qemu === undefined || virtiofsd === undefined) throw new SiloError('MachineFailed', { args: { reason: `${missing?.name ?? 'QEMU'}: ${missing?.detail ?? 'it is missing'}` }, target: { kind: 'host', id: missing?.name ?? 'QEMU' } });
    return { qemu, virtiofsd, keeper: join(this.#folder, 'machine-keeper'), kernel: join(this.#folder, 'vmlinux'), initramfs: join(this.#folder, 'initramfs') };
  }

  /** KVM where a machine has really booted with it since the host started; a device file alone says nothing. */
  accelerator(): Promise<Accelerator> {
    this.#accelerator ??= this.#choose();
    return this.#accelerator;
  }

  async #choose(): Promise<Accelerator> {
    const known = await readFile(this.#memory, 'utf8').catch((error: unknown) => { if (hasErrno(error, 'ENOENT')) return undefined; throw error; });
    if (known === 'kvm' || known === 'tcg') return known;
    const found: Accelerator = (await mayOpenKvm()) && (await this.#boots()) ? 'kvm' : 'tcg';
    await mkdir(join(this.#memory, '..'), { recursive: true });
    await writeFile(`${this.#memory}.${process.pid}`, found);
    await rename(`${this.#memory}.${process.pid}`, this.#memory);
    return found;
  }

  /** The agent ends a machine that has no port to a host, and says so: then it has booted. */
  #boots(): Promise<boolean> {
    const [program = '', ...args] = machineArguments(this.parts(), 'kvm', probeBytes);
    return new Promise((resolve) => {
      const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'], timeout: probePatienceMs, killSignal: 'SIGKILL' });
      let said = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => { said = (said + text).slice(-16_384); });
      child.on('error', () => { resolve(false); });
      child.on('close', () => { resolve(said.includes('silo: the machine has no port to its host')); });
    });
  }
}

const mayOpenKvm = async (): Promise<boolean> => {
  try {
    await access('/dev/kvm', constants.R_OK | constants.W_OK);
    await (await open('/dev/kvm', constants.O_RDWR)).close();
    return true;
  } catch {
    return false;
  }
};
