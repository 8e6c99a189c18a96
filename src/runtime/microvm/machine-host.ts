import { spawn } from 'node:child_process';
import { accessSync, chmodSync, constants, existsSync, readFileSync } from 'node:fs';
import { access, mkdir, open, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SiloError, hasErrno } from '../../base/index.ts';
import type { RuntimeRequirement } from '../../core/index.ts';
import { findProgram } from '../conmon/index.ts';
import { machineArguments } from './machine-plan.ts';

export type Accelerator = 'kvm' | 'tcg';

/** What was found out since the host started; `reason`: why machines are emulated. */
interface Choice { readonly accelerator: Accelerator; readonly reason: string }

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
  /** Device of KVM. */
  readonly kvm?: string;
}

const probeBytes = 192 * 1024 * 1024;
const probePatienceMs = 20_000;
const longestComplaint = 500;
const remedies = { qemu: 'apt-get install qemu-system-x86', files: 'npm start in the source tree builds dist/machine; npm run package -- --machines packs it; SILO_MACHINES names it elsewhere' } as const;

/** Archives of packages lose the right to run a file. */
const makeExecutable = (file: string): void => {
  try {
    accessSync(file, constants.X_OK);
  } catch {
    try {
      chmodSync(file, 0o755);
    } catch (error) {
      throw new SiloError('MachineFailed', { args: { reason: `${file} may not be run: chmod +x ${file}` }, target: { kind: 'host', id: file }, cause: error });
    }
  }
};

/** What this host has for utility VMs. */
export class MachineHost {
  readonly #folder: string;
  readonly #memory: string;
  readonly #kvm: string;
  #accelerator: Promise<Accelerator> | undefined;

  constructor({ folder, runFolder, kvm = '/dev/kvm' }: MachineHostOptions) {
    this.#folder = folder;
    this.#memory = join(runFolder, 'accelerator');
    this.#kvm = kvm;
  }

  /** All of them, each with what was found; looked at without starting anything. */
  requirements(): readonly RuntimeRequirement[] { return [...this.#needs(), this.#acceleration()]; }

  /** The first thing without which no machine runs. */
  missing(): RuntimeRequirement | undefined { return this.#needs().find(({ satisfied }) => !satisfied); }

  /** Machines run without it, many times slower. */
  #acceleration(): RuntimeRequirement {
    const row = (satisfied: boolean, detail: string, remedy?: string): RuntimeRequirement => ({ name: 'KVM', satisfied, detail, remedy, neededFor: 'Advice' });
    const known = this.#known();
    if (known?.accelerator === 'kvm') return row(true, 'a utility VM has booted with it');
    if (known !== undefined) return row(false, `utility VMs are emulated: ${known.reason}`, `once the host can, have it tried again: rm ${this.#memory}`);
    if (existsSync(this.#kvm)) return row(true, 'it is tried when the first utility VM starts');
    return row(false, `utility VMs are emulated: ${this.#kvm} is missing`, 'modprobe kvm_intel || modprobe kvm_amd');
  }

  #needs(): readonly RuntimeRequirement[] {
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
    const missing = this.missing();
    const [qemu, virtiofsd] = [findProgram('qemu-system-x86_64'), findProgram('virtiofsd')];
    if (missing !== undefined || qemu === undefined || virtiofsd === undefined) throw new SiloError('MachineFailed', { args: { reason: `${missing?.name ?? 'QEMU'}: ${missing?.detail ?? 'it is missing'}` }, target: { kind: 'host', id: missing?.name ?? 'QEMU' } });
    const keeper = join(this.#folder, 'machine-keeper');
    makeExecutable(keeper);
    return { qemu, virtiofsd, keeper, kernel: join(this.#folder, 'vmlinux'), initramfs: join(this.#folder, 'initramfs') };
  }

  /** KVM where a machine has really booted with it since the host started; a device file alone says nothing. */
  accelerator(): Promise<Accelerator> {
    this.#accelerator ??= this.#choose();
    return this.#accelerator;
  }

  #known(): Choice | undefined {
    try {
      const [accelerator, ...reason] = readFileSync(this.#memory, 'utf8').split('\n');
      return accelerator === 'kvm' || accelerator === 'tcg' ? { accelerator, reason: reason.join(' ').trim() || 'none has booted with KVM' } : undefined;
    } catch (error) {
      // Nothing is known where nothing was tried, and to an engine that may not look into the folder.
      if (hasErrno(error, 'ENOENT', 'EACCES')) return undefined;
      throw error;
    }
  }

  async #choose(): Promise<Accelerator> {
    const known = this.#known();
    if (known !== undefined) return known.accelerator;
    const reason = (await whyNotOpened(this.#kvm)) ?? (await this.#whyNotBooted());
    const accelerator: Accelerator = reason === undefined ? 'kvm' : 'tcg';
    await mkdir(join(this.#memory, '..'), { recursive: true });
    await writeFile(`${this.#memory}.${process.pid}`, `${accelerator}\n${reason ?? ''}\n`);
    await rename(`${this.#memory}.${process.pid}`, this.#memory);
    return accelerator;
  }

  /** The agent ends a machine that has no port to a host, and says so: then it has booted. Undefined where it has. */
  #whyNotBooted(): Promise<string | undefined> {
    const [program = '', ...args] = machineArguments(this.parts(), 'kvm', probeBytes);
    return new Promise((resolve) => {
      const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: probePatienceMs, killSignal: 'SIGKILL' });
      let [said, complaint] = ['', ''];
      child.stdout.setEncoding('utf8').on('data', (text: string) => { said = (said + text).slice(-16_384); });
      child.stderr.setEncoding('utf8').on('data', (text: string) => { complaint = (complaint + text).slice(0, longestComplaint); });
      child.on('error', (error) => { resolve(`QEMU with KVM: ${error.message}`); });
      child.on('close', (code, signal) => {
        if (said.includes('silo: the machine has no port to its host')) return resolve(undefined);
        const end = child.killed ? `had not booted after ${probePatienceMs / 1000} s` : signal === null ? `ended with exit code ${code}` : `ended with ${signal}`;
        resolve([`QEMU with KVM ${end}`, ...complaint.split('\n').map((line) => line.trim()).filter((line) => line !== '').slice(0, 1)].join(': '));
      });
    });
  }
}

const whyNotOpened = async (device: string): Promise<string | undefined> => {
  try {
    await access(device, constants.R_OK | constants.W_OK);
    await (await open(device, constants.O_RDWR)).close();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};
