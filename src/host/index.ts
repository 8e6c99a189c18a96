/**
 * Facts of the machine: system, kernel, boot, rights, mount namespace; and the features that it can be given. One file per system. It refuses
 * decisions: what follows from a fact is the engine's business. The composition root reads it once an
 * engine and hands it on as HostFacts.
 */
export { tcpPortProbe } from './tcp-port-probe.ts';
export { linuxHostFacts } from './linux-host-facts.ts';
export { WindowsFeatures } from './windows-features.ts';
export { askedWindowsHostFacts, windowsHostFacts } from './windows-host-facts.ts';
