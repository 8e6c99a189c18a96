import { describe, it } from 'vitest';
import { whyNoBroughtSimulator } from '../fixtures/brought-simulator.ts';
import { whyNoContainers } from '../fixtures/busybox-root.ts';
import { whyNoSimulator } from '../fixtures/hcs-simulator.ts';
import { makeHcs } from './hcs-host.ts';
import { runtimeSuite } from './runtime.suite.ts';

const windows = process.platform === 'win32';
const reason = windows ? whyNoBroughtSimulator() : whyNoSimulator('linux') ?? whyNoContainers();
const kinds = { process: 'HCS with process isolation, on the simulator', hyperv: 'HCS with Hyper-V isolation, on the simulator', linux: 'HCS with Linux containers in utility VMs, on the simulator' } as const;
for (const [kind, name] of Object.entries(kinds)) {
  const missing = reason ?? (windows && kind === 'linux' ? "the simulator's guests are processes of the host, and Wine's are none of Linux" : undefined);
  if (missing === undefined) runtimeSuite(name, () => makeHcs(kind as keyof typeof kinds));
  else describe(`Runtime: ${name}`, () => { it.skip(`needs the simulator and a root file system (${missing})`, () => undefined); });
}
