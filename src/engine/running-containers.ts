import { SiloError } from '../base/index.ts';
import type { Ports } from './ports.ts';

/** Errors: ContainerRunning while any container runs, or is being started or removed. */
export const refuseRunning = (ports: Ports): void => {
  const [running] = ports.metadata.read((reader) => reader.containers({ states: ['starting', 'running', 'paused', 'removing'] }));
  if (running !== undefined) throw new SiloError('ContainerRunning', { args: { id: running.name }, target: { kind: 'container', id: running.id } });
};
