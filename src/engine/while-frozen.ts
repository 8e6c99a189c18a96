import type { ContainerRecord } from '../core/index.ts';
import type { Ports } from './ports.ts';
import { settle } from './settle.ts';
import { technologyOf } from './technology.ts';

/**
 * Runs `body` while the container's processes stand still; the caller holds its lock. Nothing is written
 * down for it: a running container that is found frozen under its lock was left so (`settle`).
 */
export const whileFrozen = async <T>(ports: Ports, record: ContainerRecord, wanted: boolean, body: () => Promise<T>): Promise<T> => {
  if (!wanted || record.state !== 'running') return body();
  const { runtime } = technologyOf(ports.isolations, record);
  try {
    await runtime.pause(record.id);
  } catch (error) {
    if ((await settle(ports, record)).state === 'running') throw error;
    return body();
  }
  try {
    return await body();
  } finally {
    await runtime.resume(record.id);
  }
};
