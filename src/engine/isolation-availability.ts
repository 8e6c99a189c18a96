import type { RuntimeRequirement, WindowsFacts } from '../core/index.ts';
import type { Availability } from '../image/index.ts';
import { windowsIsolationRequirements } from './isolation-requirements.ts';

/** Which requirements each kind of container has beside those that all have. */
const kinds = { Process: ['Process'], HyperV: ['HyperV'], Linux: ['HyperV', 'LinuxContainers'] } as const;
type ContainerKind = keyof typeof kinds;

/** Whether a host has what a kind of container needs: the first thing that is missing is the reason, and its remedy what would help. */
const availabilityOf = (kind: ContainerKind, requirements: readonly RuntimeRequirement[]): Availability => {
  const needed = requirements.filter(({ neededFor }) => neededFor === undefined || (kinds[kind] as readonly string[]).includes(neededFor));
  const missing = needed.find(({ satisfied }) => !satisfied);
  return missing === undefined ? { available: true, reason: 'the host has what it needs' } : { available: false, reason: `${missing.name}: ${missing.detail}`, action: missing.remedy };
};

/** Which kinds of containers a Windows host runs, and why not the others. */
export const windowsIsolations = (facts: WindowsFacts): Readonly<Record<ContainerKind, Availability>> => {
  const requirements = windowsIsolationRequirements(facts);
  return { Process: availabilityOf('Process', requirements), HyperV: availabilityOf('HyperV', requirements), Linux: availabilityOf('Linux', requirements) };
};

/** Whether a host runs containers: all that every one needs is there, and all that one isolation needs. */
export const isHostReady = (requirements: readonly RuntimeRequirement[]): boolean => (['Process', 'HyperV'] as const).some((kind) => availabilityOf(kind, requirements).available);
