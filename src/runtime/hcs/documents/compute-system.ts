import { container, version } from './container.ts';
import { anything, closed, flag, optional, text, type Static } from './shape.ts';
import { virtualMachine } from './virtual-machine.ts';

/** What runs in a utility VM that is there already: a Windows container, or a Linux one by its OCI specification (as hcsshim's guest agent takes it). */
const hostedSystem = closed({
  SchemaVersion: version,
  Container: optional(container),
  OciBundlePath: optional(text()),
  OciSpecification: optional(anything()),
  ScratchDirPath: optional(text()),
});

/** The document of HcsCreateComputeSystem: one of Container, VirtualMachine, or HostedSystem with HostingSystemId. */
export const computeSystem = closed({
  Owner: text(),
  SchemaVersion: version,
  HostingSystemId: optional(text()),
  HostedSystem: optional(hostedSystem),
  Container: optional(container),
  VirtualMachine: optional(virtualMachine),
  /** Whether the system ends with the last handle to it. */
  ShouldTerminateOnLastHandleClosed: optional(flag()),
});

export type HostedSystem = Static<typeof hostedSystem>;
export type ComputeSystemDocument = Static<typeof computeSystem>;
