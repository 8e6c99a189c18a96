import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MachineHost } from '../../../../src/runtime/microvm/index.ts';

// Stands in for QEMU: it counts its calls and does what a line of shell says.
describe.skipIf(process.platform !== 'linux')('the choice between KVM and emulation', () => {
  let folder: string;
  let machine: { readonly folder: string; readonly runFolder: string; readonly kvm: string };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'silo-machine-choice-'));
    machine = { folder: join(folder, 'machine'), runFolder: join(folder, 'run'), kvm: join(folder, 'kvm') };
    for (const path of [machine.folder, join(folder, 'programs')]) mkdirSync(path);
    for (const name of ['vmlinux', 'initramfs', 'machine-keeper']) writeFileSync(join(machine.folder, name), '');
    for (const name of ['virtiofsd', 'tc']) program(name, 'exit 0');
    writeFileSync(machine.kvm, '');
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });

  const program = (name: string, script: string): void => {
    writeFileSync(join(folder, 'programs', name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, 'programs', name), 0o755);
    vi.stubEnv(`SILO_${name.toUpperCase().replaceAll('-', '_')}`, join(folder, 'programs', name));
  };
  const qemu = (script: string): void => { program('qemu-system-x86_64', `echo "$*" >> ${join(folder, 'calls')}\n${script}`); };
  const calls = (): readonly string[] => readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n');
  const row = (): { readonly satisfied: boolean; readonly detail: string } | undefined => new MachineHost(machine).requirements().find(({ name }) => name === 'KVM');

  it('is KVM where a guest has booted with it, and is remembered', async () => {
    qemu('echo "silo: the machine has no port to its host"');
    expect(row()).toMatchObject({ satisfied: true, detail: 'it is tried when the first utility VM starts' });
    expect(await new MachineHost(machine).accelerator()).toBe('kvm');
    expect(await new MachineHost(machine).accelerator()).toBe('kvm');
    expect(calls()).toEqual([expect.stringContaining('-accel kvm')]);
    expect(row()).toMatchObject({ satisfied: true, detail: 'a utility VM has booted with it' });
  });

  it.each([
    ['aborts', 'echo "error: failed to set MSR 0x48f" >&2; kill -ABRT $$', 'QEMU with KVM ended with SIGABRT: error: failed to set MSR 0x48f'],
    ['ends before its guest has booted', 'echo "Linux version 6"; exit 1', 'QEMU with KVM ended with exit code 1'],
  ])('is emulation where QEMU %s, with the reason beside what the host has', async (_, script, reason) => {
    qemu(script);
    expect(await new MachineHost(machine).accelerator()).toBe('tcg');
    expect(row()).toEqual({ name: 'KVM', satisfied: false, detail: `utility VMs are emulated: ${reason}`, remedy: `once the host can, have it tried again: rm ${join(machine.runFolder, 'accelerator')}`, neededFor: 'Advice' });
    expect(await new MachineHost(machine).accelerator()).toBe('tcg');
    expect(calls()).toHaveLength(1);
  });

  it('is emulation where there is no device, and nothing is started to find that out', async () => {
    qemu('exit 1');
    rmSync(machine.kvm);
    expect(row()).toMatchObject({ satisfied: false, detail: `utility VMs are emulated: ${machine.kvm} is missing` });
    expect(await new MachineHost(machine).accelerator()).toBe('tcg');
    expect(() => calls()).toThrow('ENOENT');
  });

  it('is nothing that machines need', () => {
    qemu('exit 1');
    rmSync(machine.kvm);
    expect(new MachineHost(machine).missing()).toBeUndefined();
  });
});
