import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { SqliteMetadata } from '../../../src/store/index.ts';
import { measure } from '../measure.ts';
import type { Setting } from '../setting.ts';
import { milliseconds, type Row } from '../table.ts';
import { RawEngine } from '../raw-engine.ts';
import { timeInPowerShell } from '../power-shell.ts';

const containers = 10_000;
const pageSize = 1000;
const goals = { engineMs: 100, powerShellMs: 1500 };

/** Rows as they would stand after the containers had run; no container was ever made. */
const fill = async ({ root, lastingId }: Setting): Promise<void> => {
  const metadata = await SqliteMetadata.open(join(root, 'meta.db'));
  try {
    await metadata.write((writer) => {
      const model = writer.container(lastingId);
      if (model === undefined) throw new Error('the container to copy is not in the store');
      for (let index = writer.containerCounts().all; index < containers; index += 1) {
        const id = randomBytes(32).toString('hex');
        writer.insertContainer({ ...model, id, sandboxId: id, name: `filler-${index}`, state: 'exited', snapshotKey: undefined, finishedAt: new Date(), exitCode: 0, exitReason: 'Exited', pid: undefined });
      }
    });
  } finally {
    metadata.close();
  }
};

/** Time until the last byte of the last page is there; nobody parses the pages but for the cursor at their end. */
const listAll = async (engine: RawEngine): Promise<number> => {
  const began = performance.now();
  let [cursor, bytes]: [string | undefined, number] = [undefined, 0];
  do {
    const answer = await engine.call('container/list', { limit: pageSize, ...(cursor === undefined ? {} : { cursor }) });
    bytes += answer.length;
    cursor = /"next":"([^"]*)"\}+$/.exec(answer.toString('latin1', Math.max(0, answer.length - 200)))?.[1];
  } while (cursor !== undefined);
  const took = performance.now() - began;
  if (bytes < containers * 100) throw new Error(`only ${bytes} bytes came for ${containers} containers`);
  return took;
};

export const listingRows = async (setting: Setting, rounds: number): Promise<Row[]> => {
  await fill(setting);
  await using engine = await RawEngine.start(setting.root);
  const listed = (await measure([{ name: 'list', round: () => listAll(engine) }], { rounds })).get('list');
  const what = `list of ${containers.toLocaleString('en')} containers`;
  const rows: Row[] = listed === undefined ? [] : [{ what: `${what} in the engine, pages of ${pageSize}`, measured: milliseconds(listed.medianMs), goal: { text: `at most ${goals.engineMs} ms`, reached: listed.medianMs <= goals.engineMs } }];
  const shell = await timeInPowerShell(setting.root, { listRounds: 5 });
  return [...rows, typeof shell === 'string'
    ? { what: `${what}, to the last PowerShell object`, measured: shell }
    : { what: `${what}, to the last PowerShell object`, measured: `${milliseconds(shell.listMs)}, the first after ${milliseconds(shell.firstMs)}`, goal: { text: `at most ${goals.powerShellMs} ms`, reached: shell.listMs <= goals.powerShellMs } }];
};
