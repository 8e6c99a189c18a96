import { measure } from '../measure.ts';
import type { Peer } from '../peers/peer.ts';
import { imageName, type Setting } from '../setting.ts';
import { milliseconds, type Row } from '../table.ts';
import { comparisonRows, type RatioGoals } from './comparison.ts';

const runGoals: RatioGoals = { runc: 2.2, docker: 0.25 };
const execGoals: RatioGoals = { runc: 2 };

const runOnce = async ({ engine }: Setting): Promise<void> => {
  const { container } = await engine.call('container/create', { image: imageName, command: ['/bin/true'], network: 'None' });
  await engine.call('container/start', { container: container.id });
  const ended = await engine.call('container/wait', { container: container.id });
  if (ended.container.exitCode !== 0) throw new Error(`/bin/true ended with ${String(ended.container.exitCode)}`);
  await engine.call('container/remove', { container: container.id });
};

const execOnce = async ({ engine, lastingId }: Setting): Promise<void> => {
  const { process } = await engine.call('process/run', { container: lastingId, command: ['/bin/true'] });
  if (process.exitCode !== 0) throw new Error(`/bin/true ended with ${String(process.exitCode)}`);
};

/** The whole life of a container, and a process more in one that runs, beside the peers. */
export const containerRows = async (setting: Setting, peers: readonly Peer[], missing: readonly Row[], rounds: number): Promise<Row[]> => {
  const run = await measure([{ name: 'silo', round: () => runOnce(setting) }, ...peers.map((peer) => ({ name: peer.name, round: () => peer.run() }))], { rounds });
  return [
    ...comparisonRows('create, start, wait, remove of /bin/true, warm engine, no network', run, { goals: runGoals, format: milliseconds }), ...missing,
    ...await execRows(setting, peers, missing, rounds),
  ];
};

/** A process more in a container that runs. */
export const execRows = async (setting: Setting, peers: readonly Peer[], missing: readonly Row[], rounds: number): Promise<Row[]> => {
  const exec = await measure([{ name: 'silo', round: () => execOnce(setting) }, ...peers.map((peer) => ({ name: peer.name, round: () => peer.exec() }))], { rounds });
  return [...comparisonRows('exec of /bin/true', exec, { goals: execGoals, format: milliseconds }), ...missing];
};
