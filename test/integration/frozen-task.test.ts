import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeRunc, type RuncHost } from '../conformance/runc-host.ts';
import { whyNoContainers } from '../fixtures/busybox-root.ts';

const reason = whyNoContainers();

describe.skipIf(reason !== undefined)(`a task that runc left frozen${reason === undefined ? '' : `: ${reason}`}`, () => {
  let host: RuncHost;
  beforeAll(async () => { host = await makeRunc(); });
  afterAll(() => host?.close());

  it('is taken away at once, although nobody knows any more that it is there', async () => {
    const task = await host.task({ args: ['sleep', '1000'] });
    await host.runtime.create(task);
    await host.runtime.start(task.id);
    const [first, second] = ['/sys/fs/cgroup/freezer/silo', '/sys/fs/cgroup/silo'];
    if (existsSync(join(first, task.id))) writeFileSync(join(first, task.id, 'freezer.state'), 'FROZEN');
    else writeFileSync(join(second, task.id, 'cgroup.freeze'), '1');
    // As after a kill of conmon and runc in the middle of a create.
    for (const path of [join('tasks', task.id, 'task.json'), join('runc', task.id)]) rmSync(join(host.options.runFolder, path), { recursive: true });
    const began = performance.now();
    await host.runtime.delete(task.id);
    expect(await host.leftovers(task.id)).toEqual([]);
    expect(performance.now() - began).toBeLessThan(5000);
  }, 60_000);
});
