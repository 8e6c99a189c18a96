import { describe, expect, it } from 'vitest';
import { makeHcs } from '../conformance/hcs-host.ts';
import { whyNoContainers } from '../fixtures/busybox-root.ts';
import { makeHcsRuntime } from '../fixtures/hcs-runtime.ts';
import { simulatorBuildTimeout, whyNoSimulator } from '../fixtures/hcs-simulator.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';

describe.skipIf(skipReason('Tasks of a killed supervisor', whyNoSimulator('linux') ?? whyNoContainers()))('a runtime on HCS whose holder was killed', () => {
  it('leaves tasks to the next one, which then knows how they end', async () => {
    const host = await makeHcs('process');
    const next = makeHcsRuntime(host.setting);
    try {
      const [taken, lost] = [await host.task({ args: ['/bin/sh', '-c', 'while [ ! -e /go ]; do sleep 0.05; done; exit 9'] }), await host.task({ args: ['/bin/sleep', '100'] })];
      for (const spec of [taken, lost]) {
        await host.runtime.create(spec);
        await host.runtime.start(spec.id);
      }
      expect(await next.reattach()).toEqual([]);
      await host.killMonitor?.(taken.id);
      expect(await next.status(taken.id)).toMatchObject({ state: 'running', monitored: false });
      // What ended before anybody took its place stays unknown.
      await next.kill(lost.id, 9);
      expect(await next.wait(lost.id)).toMatchObject({ exitCode: null, reason: 'MonitorLost' });
      expect(await next.reattach()).toEqual([taken.id]);
      expect(await next.status(taken.id)).toMatchObject({ state: 'running', monitored: true });
      const exec = await host.exec(taken, { args: ['/bin/touch', '/go'] });
      await (await next.exec(exec)).exited;
      expect(await next.wait(taken.id)).toMatchObject({ exitCode: 9, reason: 'Exited' });
      for (const spec of [taken, lost]) {
        await next.delete(spec.id);
        expect(await host.leftovers(spec.id)).toEqual([]);
      }
    } finally {
      await next.close();
      await host.close();
    }
  }, simulatorBuildTimeout);
});
