import type { ContainerSettings, ContainerSpec, HealthCheck } from '../core/index.ts';
import type { CreateRequest } from '../engine/index.ts';

/** A health check as a request says it. */
export const askedHealth = ({ command, ...check }: HealthCheck): NonNullable<CreateRequest['healthCheck']> => ({
  command, intervalSeconds: check.intervalMs / 1000, timeoutSeconds: check.timeoutMs / 1000, startPeriodSeconds: check.startPeriodMs / 1000, startIntervalSeconds: check.startIntervalMs / 1000, retries: check.retries,
});

/** What the kernel is told of a container, as a request says it. `nameOf` names another container, whose namespaces it shares. */
export const askedSettings = ({ settings = {} }: ContainerSpec, nameOf: (id: string) => string): Partial<CreateRequest> => {
  const namespace = (mode: ContainerSettings['pidMode']): string | undefined => (mode === undefined || mode === 'host' ? mode : `Container:${nameOf(mode)}`);
  return { ...settings, devices: settings.devices?.map(({ hostPath, containerPath, access }) => `${hostPath}:${containerPath}:${access}`), pidMode: namespace(settings.pidMode), ipcMode: namespace(settings.ipcMode) };
};
