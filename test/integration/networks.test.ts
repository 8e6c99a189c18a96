import { randomBytes } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { errorCode, type EngineClient } from '../../build/engine-client.ts';
import type { Params, WireContainer } from '../../src/contract/index.ts';
import { whyNoContainers } from '../fixtures/busybox-root.ts';
import { makeNetworkNamespace, whyNoNetworks, type NetworkNamespace } from '../fixtures/network-namespace.ts';
import { TestHost } from './host-state.ts';

const reason = whyNoContainers() ?? whyNoNetworks();

/** Another machine on the host's own network, 198.51.100.1, with a web server and the way to everywhere. */
const neighbour = '198.51.100.1';
const ownAddress = '198.51.100.2';

describe.skipIf(reason !== undefined)(`networks${reason === undefined ? '' : `: ${reason}`}`, () => {
  let outside: NetworkNamespace;
  let machine: NetworkNamespace;
  let host: TestHost;
  let engine: EngineClient;

  beforeAll(async () => {
    [outside, machine] = [makeNetworkNamespace(), makeNetworkNamespace()];
    outside.run(`ip link add up0 type veth peer name eth0 netns ${machine.path}; ip addr add ${neighbour}/24 dev up0; ip -6 addr add 2001:db8:1::1/64 dev up0 nodad; ip link set up0 up`);
    machine.run(`ip addr add ${ownAddress}/24 dev eth0; ip -6 addr add 2001:db8:1::2/64 dev eth0 nodad; ip link set eth0 up; ip route add default via ${neighbour}; ip -6 route add default via 2001:db8:1::1`);
    host = new TestHost(undefined, ['env', 'SILO_DEFAULT_NETWORK=', 'nsenter', `--net=${machine.path}`]);
    engine = await host.withImage();
  });
  afterAll(async () => {
    await engine?.close();
    await host?.close();
    machine?.close();
    outside?.close();
  });

  const code = async (call: Promise<unknown>): Promise<string> => call.then(() => 'done', (error: unknown) => errorCode(error) ?? String(error));
  const started = async (params: Omit<Params<'container/create'>, 'image'>): Promise<WireContainer> => {
    const { container } = await engine.call('container/create', { image: 'busybox:test', command: ['sleep', '1000'], stopTimeoutSeconds: 0, ...params });
    return (await engine.call('container/start', { container: container.id })).container;
  };
  const web = (params: Omit<Params<'container/create'>, 'image'>): Promise<WireContainer> => started({ command: ['sh', '-c', 'hostname > /www/name; exec httpd -f -p 80 -h /www 2>&1'], ...params });
  /** What a command in a container writes; its exit code, where it fails. */
  const inside = async (container: string, command: string): Promise<string> => {
    const lines: string[] = [];
    const { process } = await engine.call('process/run', { container, command: ['sh', '-c', command] }, { onItem: (item) => { const { stream, text } = item as { stream: string; text: string }; if (stream === 'stdout') lines.push(text); } });
    return process.exitCode === 0 ? lines.join('\n') : `exit ${process.exitCode}`;
  };
  /** By nc: a static busybox's own wget needs libraries that its image does not have. */
  const request = (address: string, port: number, busybox = ''): string => `printf 'GET /name HTTP/1.0\\r\\n\\r\\n' | ${busybox}nc -w 2 ${address} ${port} 2>/dev/null | tail -n 1`;
  const tries = (namespace: NetworkNamespace, address: string, port: number): string => namespace.run(request(address, port, 'busybox ')).trim() || 'no answer';
  /** A server needs a moment until it listens. */
  const get = async (namespace: NetworkNamespace, address: string, port: number, expected: string): Promise<void> => { await expect.poll(() => tries(namespace, address, port), { timeout: 10_000 }).toBe(expected); };
  const getInside = async (container: string, address: string, port: number, expected: string): Promise<void> => { await expect.poll(() => inside(container, request(address, port)), { timeout: 10_000 }).toBe(expected); };
  const kernel = (): readonly string[] => machine.run("ip -brief link | grep silov || true; nft list ruleset | grep -o 'comment \"endpoint' || true").split('\n').filter((line) => line !== '');

  afterEach(async () => {
    for (const { id } of (await engine.call('container/list', {})).items) await engine.call('container/remove', { container: id, force: true });
    for (const { id } of (await engine.call('network/list', {})).items) await engine.call('network/remove', { network: id, force: true });
    const left = machine.run('ip -brief link | grep silo || true; nft list ruleset');
    if (left !== '') throw new Error(`left on the host: ${left}`);
  });

  it('tells a container where its host is, by a line of its hosts file', async () => {
    const listener = spawn('nsenter', [`--net=${machine.path}`, 'busybox', 'httpd', '-f', '-p', '7070', '-h', '/nonexistent']);
    try {
      const entry = { hostEntries: [{ name: 'the-host', value: 'host-gateway' }] };
      const [near, closed, own] = [await started({ name: 'near', ...entry }), await started({ name: 'closed', networks: [{ network: (await engine.call('network/create', { name: 'shut', driver: 'Internal' })).network.name }], ...entry }), await started({ name: 'own', network: 'host', ...entry })];
      expect(await inside(near.id, 'grep the-host /etc/hosts')).toMatch(/^172\.28\.\d+\.1\tthe-host$/);
      expect(await inside(own.id, 'grep the-host /etc/hosts')).toBe('127.0.0.1\tthe-host');
      expect(await inside(closed.id, 'grep -c the-host /etc/hosts')).toBe('1');
      // Somebody of the host answers there.
      await expect.poll(() => inside(near.id, "printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 2 the-host 7070 | head -n 1"), { timeout: 10_000 }).toContain('HTTP/1.1 404');
      expect(await code(engine.call('container/create', { image: 'busybox:test', network: 'none', ...entry }))).toBe('ParameterInvalid');
      expect(await code(engine.call('container/create', { image: 'busybox:test', network: `container:${near.name}`, ...entry }))).toBe('ParameterInvalid');
    } finally {
      listener.kill();
    }
  });

  it('gives a container that names no network one with a way out, and publishes its ports', async () => {
    const container = await web({ name: 'web', hostName: 'web', ports: ['8080:80', '127.0.0.1:8081:80/tcp'] });
    expect(container).toMatchObject({ network: 'Networks', ports: ['8080:80/tcp', '127.0.0.1:8081:80/tcp'] });
    expect(container.ipAddress).toMatch(/^172\.28\.\d+\.\d+$/);
    expect((await engine.call('network/list', {})).items).toMatchObject([{ name: 'nat', driver: 'Nat', containers: ['web'] }]);
    expect(machine.run('cat /proc/sys/net/ipv4/ip_forward').trim()).toBe('1');
    await get(outside, ownAddress, 8080, 'web');
    await get(machine, '127.0.0.1', 8080, 'web');
    await get(machine, ownAddress, 8080, 'web');
    await get(machine, '127.0.0.1', 8081, 'web');
    expect(tries(outside, ownAddress, 8081)).toBe('no answer');
    // By the host's own published port, from the container itself and over the way out.
    await getInside('web', ownAddress, 8080, 'web');
    expect(await inside('web', `ping -c 1 -W 2 ${neighbour} > /dev/null && echo out`)).toBe('out');
    await engine.call('container/stop', { container: 'web' });
    expect(kernel()).toEqual([]);
    expect((await engine.call('container/list', { containers: ['web'] })).items[0]?.ipAddress).toBeNull();
    await engine.call('container/start', { container: 'web' });
    await get(outside, ownAddress, 8080, 'web');
  });

  it('keeps networks apart, and those without a way out in', async () => {
    const closed = (await engine.call('network/create', { name: 'closed', driver: 'Internal' })).network;
    const other = (await engine.call('network/create', { name: 'other', subnets: ['10.99.0.0/24'] })).network;
    expect(other.subnets).toEqual([{ prefix: '10.99.0.0/24', gateway: '10.99.0.1' }]);
    const lonely = await web({ name: 'lonely', hostName: 'lonely', network: 'closed' });
    const mate = await started({ name: 'mate', network: closed.id });
    await started({ name: 'stranger', networks: [{ network: 'other', addresses: ['10.99.0.77'], macAddress: '02-15-5D-00-00-07' }] });
    await getInside('mate', lonely.ipAddress ?? '', 80, 'lonely');
    expect(await inside('mate', `ping -c 1 -W 1 ${neighbour}`)).toMatch(/^exit/);
    expect(await inside('stranger', `ping -c 1 -W 1 ${lonely.ipAddress}`)).toMatch(/^exit/);
    expect(await inside('mate', 'ping -c 1 -W 1 10.99.0.77')).toMatch(/^exit/);
    expect(await inside('stranger', 'cat /sys/class/net/eth0/address; ip -4 -o addr show eth0 | grep -o "10.99[^ ]*" | head -1')).toBe('02:15:5d:00:00:07\n10.99.0.77/24');
    expect(mate.ipAddress).not.toBe(lonely.ipAddress);
    expect(tries(outside, lonely.ipAddress ?? '', 80)).toBe('no answer');
  });

  it('has IPv4 and IPv6 on one network, and IPv6 alone', async () => {
    const both = (await engine.call('network/create', { name: 'both', ipv6: true })).network;
    expect(both.subnets.map(({ prefix }) => prefix.includes(':'))).toEqual([false, true]);
    await engine.call('network/create', { name: 'six', subnets: ['fd00:51::/64'] });
    await web({ name: 'two', hostName: 'two', network: 'both', ports: ['8080:80'] });
    const six = await web({ name: 'six', hostName: 'six', network: 'six', ports: ['8082:80'] });
    expect(six.ipAddress).toBe('fd00:51::2');
    await get(outside, ownAddress, 8080, 'two');
    await get(outside, '2001:db8:1::2', 8080, 'two');
    await get(outside, '2001:db8:1::2', 8082, 'six');
    expect(await inside('six', 'ping -6 -c 1 -W 2 2001:db8:1::1 > /dev/null && echo out')).toBe('out');
  });

  it('names who holds a port, before anything is started', async () => {
    const server = spawn('nsenter', [`--net=${machine.path}`, 'busybox', 'nc', '-l', '-p', '8090'], { stdio: 'ignore' });
    try {
      await expect.poll(() => machine.run("grep -c ':1F9A .* 0A ' /proc/net/tcp6 || true").trim(), { timeout: 5000 }).toBe('1');
      const { container } = await engine.call('container/create', { image: 'busybox:test', name: 'late', command: ['sleep', '9'], ports: ['8090:80'] });
      const refusal = await engine.call('container/start', { container: container.id }).then(() => '', (error: Error) => error.message);
      expect(refusal).toBe(`The port 8090:80/tcp of this host is in use: busybox (pid ${server.pid}) listens on it.`);
      expect((await engine.call('container/list', { containers: ['late'] })).items[0]).toMatchObject({ state: 'Created', startError: refusal });
    } finally {
      const ended = once(server, 'exit');
      server.kill();
      await ended;
    }
    await started({ name: 'first', ports: ['8090-8092:80-82/udp'] });
    const second = await engine.call('container/create', { image: 'busybox:test', name: 'second', command: ['sleep', '9'], ports: ['8091:80/udp'] });
    await expect(engine.call('container/start', { container: second.container.id })).rejects.toThrow('container first has published it');
    expect(kernel().filter((line) => line.includes('endpoint'))).toHaveLength(3);
    const free = await started({ name: 'any', ports: ['80'] });
    expect(free.ports).toEqual([expect.stringMatching(/^6\d{4}:80\/tcp$/)]);
  });

  it('shares the network of another container', async () => {
    await web({ name: 'web', hostName: 'web', ports: ['8080:80'] });
    await started({ name: 'beside', network: 'container:web' });
    await getInside('beside', '127.0.0.1', 80, 'web');
    await engine.call('container/stop', { container: 'beside' });
    await get(outside, ownAddress, 8080, 'web');
    await engine.call('container/stop', { container: 'web' });
    expect(await code(engine.call('container/start', { container: 'beside' }))).toBe('ContainerNotRunning');
  });

  it('connects a running container to more networks, and takes it off again', async () => {
    await engine.call('network/create', { name: 'one' });
    await engine.call('network/create', { name: 'two', driver: 'Internal', subnets: ['10.98.0.0/24'] });
    await started({ name: 'mover', network: 'one' });
    await started({ name: 'waiting', networks: [{ network: 'two', addresses: ['10.98.0.50'] }] });
    const { adapter, changed } = await engine.call('network/connect', { container: 'mover', network: 'two', addresses: ['10.98.0.9'] });
    expect({ changed, adapter }).toMatchObject({ changed: true, adapter: { network: 'two', interfaceName: 'eth1', addresses: ['10.98.0.9/24'], attached: true } });
    expect((await engine.call('network/connect', { container: 'mover', network: 'two' })).changed).toBe(false);
    expect(await inside('mover', `ping -c 1 -W 2 10.98.0.50 > /dev/null && ping -c 1 -W 2 ${neighbour} > /dev/null && echo both`)).toBe('both');
    expect((await engine.call('network/adapters', { container: 'mover' })).items.map(({ network }) => network)).toEqual(['one', 'two']);
    expect(await code(engine.call('network/connect', { container: 'waiting', network: 'one', addresses: ['10.98.0.9'] }))).toBe('ParameterInvalid');
    expect(await code(engine.call('network/remove', { network: 'two' }))).toBe('NetworkInUse');
    await engine.call('network/disconnect', { container: 'mover', network: 'two' });
    expect(await inside('mover', 'ping -c 1 -W 1 10.98.0.50')).toMatch(/^exit/);
    expect(await code(engine.call('network/disconnect', { container: 'mover', network: 'two' }))).toBe('NetworkNotConnected');
    await engine.call('network/disconnect', { container: 'mover', network: 'one' });
    expect(await inside('mover', 'ls /sys/class/net')).toBe('lo');
  });

  it('refuses what cannot be', async () => {
    await engine.call('network/create', { name: 'Fixed', subnets: ['10.97.0.0/29'] });
    const create = (params: Omit<Params<'container/create'>, 'image'>): Promise<string> => code(engine.call('container/create', { image: 'busybox:test', command: ['sleep', '9'], ...params }));
    expect(await code(engine.call('network/create', { name: 'fixed' }))).toBe('NetworkNameInUse');
    expect(await code(engine.call('network/create', { name: 'host' }))).toBe('NetworkNameInvalid');
    expect(await code(engine.call('network/create', { name: 'a', subnets: ['10.97.0.0/16'] }))).toBe('SubnetConflict');
    expect(await code(engine.call('network/create', { name: 'a', subnets: ['198.51.100.0/25'] }))).toBe('SubnetConflict');
    expect(await code(engine.call('network/create', { name: 'a', subnets: ['10.96.0.0/31'] }))).toBe('ParameterInvalid');
    expect(await code(engine.call('network/create', { name: 'a', driver: 'Overlay', subnets: ['10.96.0.0/24'] }))).toBe('NetworkDriverUnsupported');
    expect(await code(engine.call('network/create', { name: 'a', driver: 'Transparent', subnets: ['10.96.0.0/24'], parentInterface: 'eth9' }))).toBe('InterfaceNotFound');
    expect((await engine.call('network/list', {})).items).toHaveLength(1);
    expect(await create({ network: 'nowhere' })).toBe('NetworkNotFound');
    expect(await create({ networks: [{ network: 'fixed', addresses: ['10.97.0.1'] }] })).toBe('ParameterInvalid');
    expect(await create({ network: 'none', ports: ['1:1'] })).toBe('ParameterInvalid');
    expect(await create({ ports: ['99999:1'] })).toBe('ParameterInvalid');
    expect(await create({ networks: [{ network: 'fixed', addresses: ['10.97.0.2'] }], name: 'holder' })).toBe('done');
    expect(await create({ networks: [{ network: 'fixed', addresses: ['10.97.0.2'] }] })).toBe('AddressInUse');
    for (const name of ['a', 'b', 'c', 'd']) await started({ name, network: 'fixed' });
    expect(await create({ name: 'e', network: 'fixed' })).toBe('done');
    expect(await code(engine.call('container/start', { container: 'e' }))).toBe('AddressExhausted');
  });

  it('writes hosts and resolv.conf as they were asked for', async () => {
    const container = await started({ name: 'files', hostName: 'files', hostEntries: [{ name: 'db.example', value: '192.0.2.9' }], dnsSearch: ['corp.example'] });
    expect((await inside('files', 'cat /etc/hosts')).split('\n')).toEqual(['127.0.0.1\tlocalhost', '::1\tlocalhost ip6-localhost ip6-loopback', `${container.ipAddress}\tfiles`, '192.0.2.9\tdb.example']);
    const gateway = (await engine.call('network/list', {})).items[0]?.subnets[0]?.gateway;
    expect((await inside('files', 'cat /etc/resolv.conf')).split('\n')).toEqual(['search corp.example', `nameserver ${gateway}`]);
    await started({ name: 'plain', network: 'host', dnsServers: ['192.0.2.53'] });
    expect(await inside('plain', 'cat /etc/resolv.conf')).toBe('nameserver 192.0.2.53');
  });

  it('gives options to the resolver, and a domain behind the host name', async () => {
    const container = await started({ name: 'mail', hostName: 'mail', domainName: 'corp.example', dnsServers: ['192.0.2.53'], dnsSearch: ['corp.example'], dnsOptions: ['ndots:2', 'rotate'] });
    expect(await inside('mail', 'hostname; hostname -f; cat /proc/sys/kernel/domainname')).toBe('mail\nmail.corp.example\ncorp.example');
    expect(await inside('mail', 'cat /etc/hosts')).toContain(`${container.ipAddress}\tmail.corp.example mail`);
    expect((await inside('mail', 'cat /etc/resolv.conf')).split('\n').slice(0, 2)).toEqual(['search corp.example', 'options ndots:2 rotate']);
    await started({ name: 'alone', network: 'none', hostName: 'alone', domainName: 'corp.example', kernelParameters: [{ name: 'kernel.domainname', value: 'own.example' }] });
    // A parameter that is asked for by its name goes before.
    expect(await inside('alone', 'hostname -f; cat /proc/sys/kernel/domainname')).toBe('alone.corp.example\nown.example');
    expect(await code(engine.call('container/create', { image: 'busybox:test', command: ['true'], dnsOptions: ['ndots:2\nnameserver 192.0.2.1'] }))).toBe('ParameterInvalid');
    expect(await code(engine.call('container/create', { image: 'busybox:test', command: ['true'], domainName: 'a b' }))).toBe('ParameterInvalid');
  });

  it('finds containers by name and alias on their networks, and asks others for the rest, whoever was killed', async () => {
    // Answers every question with one address.
    const script = "const s=require('dgram').createSocket('udp4');s.on('message',(m,f)=>{let e=12;while(m[e])e+=m[e]+1;e+=5;const a=Buffer.concat([m.subarray(0,e),Buffer.from('c00c00010001000000050004cb007107','hex')]);a.writeUInt16BE(0x8180,2);a.writeUInt16BE(1,6);a.writeUInt32BE(0,8);if(m.readUInt16BE(e-4)!==1)a.writeUInt16BE(0,6);s.send(m.readUInt16BE(e-4)===1?a:a.subarray(0,e),f.port,f.address)});s.bind(53,'198.51.100.1')";
    const server = spawn('nsenter', [`--net=${outside.path}`, process.execPath, '-e', script], { stdio: 'ignore' });
    try {
      const lookUp = (container: string, name: string): Promise<string> => inside(container, `nslookup ${name} | grep -A 9 ^Name | grep -o 'Address: .*' | cut -c 10- | sort | tr '\\n' ' '`).then((text) => text.trim());
      await engine.call('network/create', { name: 'front', ipv6: true });
      await engine.call('network/create', { name: 'back', driver: 'Internal', dnsSuffix: 'back.test' });
      const db = await started({ name: 'db', network: 'back' });
      const app = await started({ name: 'app', networks: [{ network: 'front', aliases: ['shop'] }, { network: 'back' }], dnsServers: [neighbour] });
      await started({ name: 'edge', network: 'front', dnsServers: [neighbour] });
      // At once: no moment in which nobody answers.
      expect(await lookUp('app', 'db')).toBe(db.ipAddress);
      expect(await lookUp('db', 'app')).toBe((await engine.call('network/adapters', { container: 'app', network: 'back' })).items[0]?.addresses[0]?.split('/')[0]);
      expect(await lookUp('db', 'app.back.test')).not.toBe('');
      expect((await lookUp('edge', 'shop')).split(' ').sort()).toEqual((await engine.call('network/adapters', { container: 'app', network: 'front' })).items[0]?.addresses.map((address) => address.split('/')[0]).sort());
      expect(await inside('edge', `nslookup ${app.ipAddress} | grep -o 'name = app'`)).toBe('name = app');
      expect(await lookUp('edge', 'db.elsewhere.test')).toBe('203.0.113.7');
      // Another network's container is nobody here, and an internal network asks nobody.
      expect(await lookUp('edge', 'db')).toBe('203.0.113.7');
      expect(await inside('db', 'nslookup example.test')).toMatch(/^exit|NXDOMAIN/);
      await engine.call('container/stop', { container: 'db' });
      expect(await inside('app', 'nslookup db | grep -c 10.')).not.toBe(db.ipAddress);
      for (const pid of machine.run('ps -eo pid,args | grep "main.ts supervis[e]" | while read pid rest; do [ "$(readlink /proc/$pid/ns/net)" = "$(readlink /proc/self/ns/net)" ] && echo $pid; done || true').trim().split('\n')) process.kill(Number(pid), 'SIGKILL');
      await started({ name: 'later', network: 'back' });
      await expect.poll(() => lookUp('later', 'app'), { timeout: 20_000 }).not.toBe('');
    } finally {
      const ended = once(server, 'exit');
      server.kill();
      await ended;
    }
  });

  it('stands beside the host on its own network', async () => {
    await engine.call('network/create', { name: 'street', driver: 'Transparent', parentInterface: 'eth0', subnets: ['198.51.100.0/24'], gateways: [neighbour] });
    const container = await web({ name: 'neighbour', hostName: 'neighbour', networks: [{ network: 'street', addresses: ['198.51.100.40'], macAddress: '02:15:5d:00:00:40' }] });
    expect(container.ipAddress).toBe('198.51.100.40');
    await get(outside, '198.51.100.40', 80, 'neighbour');
    expect(await inside('neighbour', `cat /sys/class/net/eth0/address; ping -c 1 -W 2 ${neighbour} > /dev/null && echo out`)).toBe('02:15:5d:00:00:40\nout');
  });

  it('makes again what was taken away by hand, and takes away what nobody owns', async () => {
    await web({ name: 'web', hostName: 'web', ports: ['8080:80'] });
    await get(outside, ownAddress, 8080, 'web');
    const { hostId } = (await engine.call('network/list', {})).items[0] ?? {};
    // A supervisor that just loads repairs what it finds, once: then what was taken away is back before it is looked at.
    await expect.poll(async () => {
      machine.run(`ip link delete ${hostId} || true; nft flush ruleset`);
      const found = (await engine.call('network/repair', { dryRun: true })).items.map(({ kind, action }) => [kind, action]);
      const answer = tries(outside, ownAddress, 8080);
      return { found, answer, repaired: (await engine.call('network/repair', {})).items.map(({ kind, action }) => [kind, action]) };
    }, { timeout: 15_000 }).toEqual({ found: [['Network', 'WouldRepair'], ['Endpoint', 'WouldRepair']], answer: 'no answer', repaired: [['Network', 'Repaired'], ['Endpoint', 'Repaired']] });
    await get(outside, ownAddress, 8080, 'web');
    expect((await engine.call('network/repair', {})).items).toEqual([]);
    const [table = ''] = /silo_\w+/.exec(machine.run('nft list tables')) ?? [];
    const stray = randomBytes(32).toString('hex');
    machine.run(`ip link add silov-stray type veth peer name strayed; ip link set silov-stray alias silo:${table.slice(5)}:endpoint:${stray}; nft 'add element inet ${table} published4 { tcp . 0.0.0.0/0 . 9999 comment "endpoint ${stray}" : 172.28.0.9 . 1 }'`);
    expect((await engine.call('network/repair', {})).items).toMatchObject([{ kind: 'Endpoint', id: stray, action: 'Removed' }]);
    expect(machine.run(`ip -brief link | grep stray || true; nft list ruleset | grep 9999 || true`)).toBe('');
    await engine.call('container/stop', { container: 'web' });
    machine.run(`ip link delete ${hostId}`);
    await engine.call('container/start', { container: 'web' });
    await get(outside, ownAddress, 8080, 'web');
  });

  it('gives everything back when a container ends by itself, also where its engine was killed', async () => {
    const doomed = await host.engine();
    const { container } = await doomed.call('container/create', { image: 'busybox:test', name: 'short', command: ['sleep', '2'], ports: ['8080:80'] });
    await doomed.call('container/start', { container: container.id });
    await host.kill(doomed);
    expect(kernel()).not.toEqual([]);
    // Nobody asks: the supervisor looks after it.
    await expect.poll(kernel, { timeout: 15_000 }).toEqual([]);
  });

  it('are still its own when the store has moved', async () => {
    await web({ name: 'web', hostName: 'web', ports: ['8080:80'] });
    await engine.call('container/stop', { container: 'web' });
    // The supervisor answered for names, and would wait a minute for the next who asks.
    for (const pid of host.processes('supervisor')) process.kill(pid, 'SIGTERM');
    await expect.poll(() => code(engine.call('store/move', { path: join(host.folder, 'moved') })), { timeout: 30_000, interval: 500 }).toBe('done');
    expect(machine.run('ip -brief link | grep silo || true; nft list ruleset')).toBe('');
    await engine.call('container/start', { container: 'web' });
    await get(outside, ownAddress, 8080, 'web');
    expect((await engine.call('network/repair', {})).items).toEqual([]);
  });
});
