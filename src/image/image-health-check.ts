import { JsonObject, manifestInvalid } from './json-document.ts';

/** Docker's `Healthcheck` of an image configuration (Docker image specification 1.2). Undefined fields take the defaults. */
export interface ImageHealthCheck {
  /** Whether the test is one text for the image's shell, or file and arguments. */
  readonly form: 'shell' | 'exec';
  readonly test: readonly string[];
  readonly intervalMs: number | undefined;
  readonly timeoutMs: number | undefined;
  readonly startPeriodMs: number | undefined;
  readonly startIntervalMs: number | undefined;
  readonly retries: number | undefined;
}

const nanosecondsPerMs = 1_000_000;

/** Docker takes 0 for "the default" and refuses less; so is done here. */
const duration = (document: JsonObject, name: string): number | undefined => {
  const value = document.value(name);
  if (value === undefined || value === 0) return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) throw manifestInvalid(`${document.place}.${name} is no time`);
  return Math.max(1, Math.round(value / nanosecondsPerMs));
};

/** Undefined where the image has none, inherits one from nowhere, or says NONE. @throws SiloError ManifestInvalid */
export const readHealthCheck = (document: JsonObject | undefined): ImageHealthCheck | undefined => {
  const [form, ...test] = document?.texts('Test') ?? [];
  if (document === undefined || form === undefined || form === 'NONE' || test.length === 0) return undefined;
  if (form !== 'CMD' && form !== 'CMD-SHELL') throw manifestInvalid(`${document.place}.Test begins with neither NONE, CMD nor CMD-SHELL`);
  const retries = document.value('Retries');
  if (retries !== undefined && (typeof retries !== 'number' || !Number.isInteger(retries) || retries < 0)) throw manifestInvalid(`${document.place}.Retries is no number`);
  return {
    form: form === 'CMD' ? 'exec' : 'shell',
    test,
    intervalMs: duration(document, 'Interval'),
    timeoutMs: duration(document, 'Timeout'),
    startPeriodMs: duration(document, 'StartPeriod'),
    startIntervalMs: duration(document, 'StartInterval'),
    retries: retries === 0 ? undefined : retries,
  };
};
