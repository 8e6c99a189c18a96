/**
 * Runtime of VM isolation on Linux: every container in a utility VM of its own, which QEMU runs and a keeper
 * (native/machine-keeper) holds; an agent (native/guest-agent) makes the container in it. conmon keeps stdio, log and exit
 * code as it does for runc. It refuses policy, and whatever a kernel of its own makes meaningless: namespaces
 * and devices of the host. The composition root makes it; the engine calls it through the Runtime seam.
 */
export { MachineHost, type MachineHostOptions } from './machine-host.ts';
export { MicroVmRuntime, type MicroVmRuntimeOptions } from './microvm-runtime.ts';
