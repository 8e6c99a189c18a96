import { SiloError } from '../base/index.ts';

export const dockerfileInvalid = (line: number, reason: string, cause?: unknown): SiloError =>
  new SiloError('DockerfileInvalid', { args: { line, reason }, ...(cause === undefined ? {} : { cause }) });
