import { SiloError } from '../../base/index.ts';
import { findProgram } from './programs.ts';

/** Where it is mounted: below a folder in memory, so that nothing of it stays in the container's files. */
export const initPath = '/dev/silo-init';

/** Path of a statically linked init on the host: nothing else would run in every image. @throws SiloError InitMissing */
export const requireInit = (): string => {
  const path = findProgram('catatonit') ?? findProgram('tini-static');
  if (path === undefined) throw new SiloError('InitMissing', { target: { kind: 'host', id: 'init' } });
  return path;
};
