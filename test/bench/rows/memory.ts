import { setTimeout as delay } from 'node:timers/promises';
import { EngineClient } from '../../../build/engine-client.ts';
import { memoryOf } from '../process-memory.ts';
import type { Setting } from '../setting.ts';
import { megabytes, type Row } from '../table.ts';

const goalBytes = 75e6;

const rowOf = (what: string, pid: number): Row => {
  const { rss, pss } = memoryOf(pid);
  return { what, measured: `${megabytes(rss)} RSS, ${megabytes(pss)} PSS`, goal: { text: 'at most 75 MB RSS', reached: rss <= goalBytes } };
};

/** Engines that nobody has asked anything for some seconds: one that has hardly worked, and the one that ran all the containers. */
export const memoryRows = async ({ engine, root }: Setting): Promise<Row[]> => {
  await using fresh = await EngineClient.start({ root });
  await fresh.call('container/list', {});
  await delay(3000);
  return [
    rowOf('engine at rest, after one request', fresh.process.pid ?? 0),
    rowOf('engine at rest, after all these containers', engine.process.pid ?? 0),
  ];
};
