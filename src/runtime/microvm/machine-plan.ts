import { join } from 'node:path';
import type { TaskSpec } from '../../core/index.ts';
import type { SharedPath } from './create-request.ts';
import { Fields } from './fields.ts';
import type { Accelerator, MachineParts } from './machine-host.ts';
import { layerDiskArguments } from './layer-disks.ts';
import type { MachineNetwork } from './machine-links.ts';
import { descriptors, planFields, slotCount } from './protocol.ts';

const mebibyte = 1024 * 1024;

/** Memory of a machine whose container has no limit; the host lends only what is used of it. */
const unlimitedBytes = 1024 * mebibyte;
/** What an emulated processor keeps of translated code: a machine shall take at most 40 MB beside its guest, and with 11 a boot takes 13 % longer. */
const translationMebibytes = 18;

/** For the guest's kernel, its agent and what they keep of files: measured, with half as much again. */
const kernelBytes = 96 * mebibyte;
const leastBytes = 256 * mebibyte;

/** Memory of the machine for a container of at most `limitBytes`. */
export const machineMemory = (limitBytes: number | undefined): number =>
  (limitBytes === undefined ? unlimitedBytes : Math.ceil(Math.max(leastBytes, limitBytes + kernelBytes) / mebibyte) * mebibyte);

/**
 * Whole processors; a part of one is the container's control group's to hold. Without a limit it has all of the
 * host, but for emulated ones: the second makes a boot half as slow again, and slows the first down.
 */
export const machineProcessors = (cpuCount: number | undefined, hostProcessors: number, accelerator: Accelerator): number =>
  Math.min(hostProcessors, Math.max(1, Math.ceil(cpuCount ?? (accelerator === 'tcg' ? 1 : hostProcessors))));

interface Machine {
  readonly spec: TaskSpec;
  /** The keeper's. */
  readonly folder: string;
  readonly parts: MachineParts;
  readonly accelerator: Accelerator;
  readonly hostProcessors: number;
  readonly network: MachineNetwork;
  readonly shared: readonly SharedPath[];
  readonly payload: Uint8Array;
  readonly patienceSeconds: number;
}

/**
 * No self-tests of ciphers that nobody uses, no security modules that are given no policy, and no waiting for each
 * processor in turn. A processor that is emulated has no other clock to measure its own by: the keeper fills in how fast
 * it counts; and to take the locks out of the kernel's code for a single one costs a tenth of its boot.
 */
const kernelArguments = (accelerator: Accelerator): readonly string[] => [
  'console=ttyS0', 'quiet', 'panic=-1', 'random.trust_cpu=on', 'no_timer_check', 'cryptomgr.notests', 'lsm=landlock,yama', 'rcupdate.rcu_expedited=1',
  ...(accelerator === 'tcg' ? ['noreplace-smp', 'tsc_early_khz=@TSC@', 'tsc=reliable'] : []),
];

/** The agent serves the slots, and what goes into them has no ports of I/O: the kernel need not drive them or look for room. */
const slotArguments = ['pcie_ports=compat', 'pci=hpiosize=0'];
/**
 * For an emulated processor that can never have another beside it QEMU 7.2 leaves out memory barriers and makes no instruction atomic. But the
 * file server is beside it and reads the same queues: without barriers each may miss that the other has written, and wait for ever.
 */
const processorArguments = (processors: number, accelerator: Accelerator): { readonly qemu: string; readonly kernel: readonly string[] } =>
  (processors === 1 && accelerator === 'tcg' ? { qemu: '1,maxcpus=2', kernel: ['nr_cpus=1'] } : { qemu: String(processors), kernel: [] });

/** Behind the disks of layers. */
const slotPlace = '0x1f';

/** Emulated, an instruction that copies bytes copies them one by one (`erms` says it were fast). */
const processorModel = (accelerator: Accelerator): string => (accelerator === 'tcg' ? 'max,-erms' : 'host');

/** What every machine has; also one that only tries whether it boots. */
export const machineArguments = (parts: MachineParts, accelerator: Accelerator, memoryBytes: number, furtherKernelArguments: readonly string[] = []): readonly string[] => [
  parts.qemu,
  '-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot',
  '-machine', 'microvm,acpi=on,pcie=on,rtc=on,pit=off,pic=off,memory-backend=memory',
  '-object', `memory-backend-memfd,id=memory,size=${memoryBytes},share=on`,
  '-m', `${memoryBytes / mebibyte}`,
  '-accel', accelerator === 'tcg' ? `tcg,tb-size=${translationMebibytes}` : 'kvm',
  '-cpu', processorModel(accelerator),
  '-kernel', parts.kernel, '-initrd', parts.initramfs, '-append', [...kernelArguments(accelerator), ...furtherKernelArguments].join(' '),
  '-chardev', 'stdio,id=console,signal=off', '-serial', 'chardev:console',
];

/** Where the keeper plugs adapters in while the machine runs, and what it tells QEMU so by. */
const slots: readonly string[] = [
  '-chardev', `socket,id=monitor,fd=${descriptors.monitor}`, '-mon', 'chardev=monitor,mode=control',
  ...Array.from({ length: slotCount }, (_, slot) => ['-device', `pcie-root-port,id=slot${slot},chassis=${slot + 1},multifunction=on,addr=${slotPlace}.${slot}`]).flat(),
];

const qemuArguments = ({ spec, parts, accelerator, hostProcessors, network }: Machine): readonly string[] => {
  const processors = processorArguments(machineProcessors(spec.resources.cpuCount, hostProcessors, accelerator), accelerator);
  return [
    ...machineArguments(parts, accelerator, machineMemory(spec.resources.memoryBytes), [...processors.kernel, ...(spec.linksChange === true ? slotArguments : [])]),
    '-name', `silo-${spec.id}`,
    '-sandbox', 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny',
    '-smp', processors.qemu,
    '-chardev', `socket,id=agent,fd=${descriptors.agent}`,
    '-device', 'virtio-serial-pci,disable-legacy=on,max_ports=2', '-device', 'virtserialport,chardev=agent,name=silo',
    // What the guest has set free goes back to the host.
    '-device', 'virtio-balloon-pci,disable-legacy=on,free-page-reporting=on',
    // Paths are relative: the keeper's folder may have a longer one than a socket's address holds.
    '-chardev', 'socket,id=share,path=share.sock', '-device', 'vhost-user-fs-pci,chardev=share,tag=share,queue-size=256',
    ...layerDiskArguments(spec.layerImages ?? []),
    ...network.links.flatMap(({ mac }, index) => [
      '-netdev', `tap,id=link${index},fd=${descriptors.firstTap + index}`,
      '-device', `virtio-net-pci,disable-legacy=on,netdev=link${index},mac=${mac},romfile=`,
    ]),
    ...(spec.linksChange === true ? slots : []),
  ];
};

const virtiofsdArguments = ({ parts, folder }: Machine): readonly string[] => [
  parts.virtiofsd, `--fd=${descriptors.share}`, '-f', '-o', `source=${join(folder, 'share')}`, '-o', 'cache=auto', '-o', 'xattr', '-o', 'announce_submounts', '-o', 'log_level=err', '--thread-pool-size=1',
];

/** The keeper's file `plan` for a container that joins the machine whose keeper has the folder `machine`. */
export const joinPlan = ({ spec, machine, shared, payload, patienceSeconds }: Pick<Machine, 'spec' | 'shared' | 'payload' | 'patienceSeconds'> & { readonly machine: string }): Buffer => {
  const plan = new Fields().text(planFields.JOIN, machine).flag(planFields.TERMINAL, spec.process.terminal).u32(planFields.PATIENCE, patienceSeconds).bytes(planFields.CREATE, payload);
  for (const { name, source } of shared) plan.text(planFields.BIND, name, source);
  return plan.encode();
};

/** The keeper's file `plan` for a machine of its own. */
export const machinePlan = (machine: Machine): Buffer => {
  const { spec, shared } = machine;
  const plan = new Fields()
    .texts(planFields.QEMU, qemuArguments(machine))
    .texts(planFields.VIRTIOFSD, virtiofsdArguments(machine))
    .flag(planFields.TERMINAL, spec.process.terminal)
    .u32(planFields.PATIENCE, machine.patienceSeconds)
    .bytes(planFields.CREATE, machine.payload);
  for (const { name, source } of shared) plan.text(planFields.BIND, name, source);
  if (spec.networkNamespacePath !== undefined) plan.text(planFields.NAMESPACE, spec.networkNamespacePath);
  return plan.encode();
};
