import { SiloError } from '../base/index.ts';
import type { HealthCheck } from '../core/index.ts';
import type { ImageDefaults } from '../image/index.ts';

/** What a request may say of a health check; what it leaves out is the image's, and then the default. */
export interface HealthCheckRequest {
  /** File and arguments; empty means that there is no check, whatever the image says. */
  readonly command?: readonly string[] | undefined;
  readonly intervalSeconds?: number | undefined;
  readonly timeoutSeconds?: number | undefined;
  readonly startPeriodSeconds?: number | undefined;
  readonly startIntervalSeconds?: number | undefined;
  readonly retries?: number | undefined;
}

/** Docker's defaults (Dockerfile reference, HEALTHCHECK). */
const defaults = { intervalMs: 30_000, timeoutMs: 30_000, startPeriodMs: 0, startIntervalMs: 5000, retries: 3 };

const milliseconds = (seconds: number | undefined): number | undefined => (seconds === undefined ? undefined : Math.round(seconds * 1000));

/** The check of a container: the request's, with the image's for what it leaves out. @throws SiloError ParameterInvalid */
export const resolveHealthCheck = (request: HealthCheckRequest | undefined, image: ImageDefaults['healthCheck'], shell: readonly string[]): HealthCheck | undefined => {
  const command = request?.command ?? (image === undefined ? undefined : image.form === 'shell' ? [...shell, ...image.test] : image.test);
  if (command === undefined) {
    if (request !== undefined) throw new SiloError('ParameterInvalid', { args: { parameter: 'healthCheck', reason: 'the image has none, so a command is needed' } });
    return undefined;
  }
  if (command.length === 0) return undefined;
  if (command[0] === '' || command.some((argument) => argument.includes('\0'))) throw new SiloError('ParameterInvalid', { args: { parameter: 'healthCheck', reason: 'its command names no file, or an argument holds a NUL' } });
  return {
    command,
    intervalMs: milliseconds(request?.intervalSeconds) ?? image?.intervalMs ?? defaults.intervalMs,
    timeoutMs: milliseconds(request?.timeoutSeconds) ?? image?.timeoutMs ?? defaults.timeoutMs,
    startPeriodMs: milliseconds(request?.startPeriodSeconds) ?? image?.startPeriodMs ?? defaults.startPeriodMs,
    startIntervalMs: milliseconds(request?.startIntervalSeconds) ?? image?.startIntervalMs ?? defaults.startIntervalMs,
    retries: request?.retries ?? image?.retries ?? defaults.retries,
  };
};
