import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorCode, type EngineClient } from '../../build/engine-client.ts';
import { whyNoContainers } from '../fixtures/busybox-root.ts';
import { makeNetworkNamespace, whyNoNetworks, type NetworkNamespace } from '../fixtures/network-namespace.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';
import { BuildHost } from './build-host.ts';

describe.skipIf(skipReason('networks of builds', whyNoContainers() ?? whyNoNetworks()))('the steps of a build', () => {
  let machine: NetworkNamespace;
  let host: BuildHost;
  let engine: EngineClient;
  beforeAll(async () => {
    machine = makeNetworkNamespace();
    host = new BuildHost(undefined, ['env', 'SILO_DEFAULT_NETWORK=', 'nsenter', `--net=${machine.path}`]);
    engine = await host.withImage();
  });
  afterAll(async () => {
    await host?.close();
    machine?.close();
  });
  const links = 'ls /sys/class/net | tr "\\n" " "';

  it('have a way out through the network of containers, a resolver that they can reach, and what they ask for by themselves', async () => {
    const { lines } = await host.build(engine, { Dockerfile: `FROM busybox:test
RUN ${links}
RUN ip route | grep -c '^default via'; ping -c 1 -W 2 $(ip route | sed -n 's/^default via \\([^ ]*\\).*/\\1/p') > /dev/null && echo reached
RUN grep -c '^nameserver 127' /etc/resolv.conf; true
RUN --network=none ${links}
RUN --network=host ls /sys/class/net | grep -c silo
` }, { noCache: true });
    expect(lines).toEqual(['eth0 lo ', '1', 'reached', '0', 'lo ', expect.stringMatching(/^[1-9]/)]);
    expect(await host.settledLeaks()).toEqual([]);
    expect(await engine.call('network/list', {})).toMatchObject({ items: [{ name: 'nat' }] });
  });

  it('have the network that the build is given where they say nothing', async () => {
    const context = { Dockerfile: `FROM busybox:test\nRUN ${links}\nRUN --network=default ${links}\n` };
    expect((await host.build(engine, context, { noCache: true, network: 'None' })).lines).toEqual(['lo ', 'eth0 lo ']);
    expect((await host.build(engine, context, { noCache: true, network: 'Default' })).lines).toEqual(['eth0 lo ', 'eth0 lo ']);
  });

  it('that are cancelled or fail give their addresses back', async () => {
    expect(await host.build(engine, { Dockerfile: 'FROM busybox:test\nRUN false\n' }).catch(errorCode)).toBe('BuildStepFailed');
    const abort = new AbortController();
    const building = host.build(engine, { Dockerfile: 'FROM busybox:test\nRUN echo up; sleep 30\n' }, {}, abort.signal).catch(errorCode);
    setTimeout(() => { abort.abort(); }, 700);
    expect(await building).toBe('OperationCancelled');
    expect(await host.settledLeaks()).toEqual([]);
    await engine.call('network/remove', { network: 'nat' });
  });

  it('that are killed with their engine leave nothing that repair does not take', async () => {
    const other = await host.engine();
    const building = host.build(other, { Dockerfile: 'FROM busybox:test\nRUN echo up; sleep 30\n' }).catch(() => 'killed');
    await new Promise((resolve) => { setTimeout(resolve, 900); });
    other.process.kill('SIGKILL');
    await building;
    await engine.call('store/repair', {});
    expect(await host.settledLeaks()).toEqual([]);
    await engine.call('network/remove', { network: 'nat' });
  });
});
