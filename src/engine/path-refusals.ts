import { SiloError } from '../base/index.ts';

export const notAbsolute = (parameter: string, path: string): SiloError => new SiloError('ParameterInvalid', { args: { parameter, reason: `'${path}' is not an absolute path` } });

export const mountRefused = (reason: string): SiloError => new SiloError('ParameterInvalid', { args: { parameter: 'mounts', reason } });
