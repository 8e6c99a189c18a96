import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SiloError } from '../../src/base/index.ts';
import type { EndpointRequest, Network, NetworkDefinition } from '../../src/core/index.ts';

/** What the suite needs of an implementation and its host. */
export interface NetworkFixture {
  readonly network: Network;
  /** The same host seen by another engine. */
  readonly another: Network;
  /** A random id of 64 hex digits. */
  id(): string;
  /** A subnet that nothing on the host has; each call gives another. */
  freeSubnet(): { readonly prefix: string; readonly gateway: string };
  /** An address of that subnet by its place, from 2. */
  addressIn(subnet: { readonly prefix: string }, place: number): string;
  /** Takes the host's object of a network away, as a person could do. */
  removeByHand(hostId: string): Promise<void>;
  /** What the host still has of Silo: links, rules, networks, endpoints. */
  leftovers(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** The contract of `Network` (src/core/network.ts), as every implementation must keep it. */
export const networkSuite = (name: string, make: () => Promise<NetworkFixture>): void => {
  describe(`Network: ${name}`, () => {
    let host: NetworkFixture;
    beforeAll(async () => { host = await make(); });
    afterAll(async () => { await host?.close(); });

    const definition = (changes: Partial<NetworkDefinition> = {}): NetworkDefinition => ({
      id: host.id(), name: 'suite', driver: 'nat', subnets: [host.freeSubnet()], parentInterface: undefined, vlanId: undefined, mtu: undefined, dnsServers: [], dnsSuffix: undefined, hostId: undefined, ...changes,
    });
    const created = async (changes: Partial<NetworkDefinition> = {}): Promise<NetworkDefinition> => {
      const wanted = definition(changes);
      const { hostId, subnets } = await host.network.createNetwork(wanted);
      return { ...wanted, hostId, subnets };
    };
    const request = (network: NetworkDefinition, place: number, changes: Partial<EndpointRequest> = {}): EndpointRequest => ({
      id: host.id(), addresses: network.subnets[0] === undefined ? [] : [host.addressIn(network.subnets[0], place)], macAddress: undefined, aliases: [], ports: [], index: 0, defaultRoute: true, ...changes,
    });
    const sandbox = async (): Promise<string> => {
      const id = host.id();
      await host.network.prepare(id, 'networks');
      return id;
    };
    const code = async (attempt: Promise<unknown>): Promise<string> => attempt.then(() => 'no error', (error: SiloError) => error.code);
    const cleared = async (network: NetworkDefinition, sandboxes: readonly string[] = []): Promise<void> => {
      for (const id of sandboxes) await host.network.release(id);
      await host.network.removeNetwork(network);
      expect(await host.leftovers()).toEqual([]);
    };

    it('gives a sandbox of its own one place, and the host\'s none', async () => {
      const id = host.id();
      const place = await host.network.prepare(id, 'none');
      expect(place).toBeTypeOf('string');
      expect(await host.another.prepare(id, 'none')).toBe(place);
      expect(await host.network.list()).toContain(id);
      await host.another.release(id);
      await host.network.release(id);
      expect(await host.network.list()).not.toContain(id);
      expect(await host.network.prepare(host.id(), 'host')).toBeUndefined();
    });

    it.each(['nat', 'internal'] as const)('makes a network of type %s once, tells it to others, and takes it away', async (driver) => {
      const network = await created({ driver });
      expect(network.hostId).toBeTruthy();
      expect(await host.another.createNetwork(network)).toEqual({ hostId: network.hostId, subnets: network.subnets });
      expect(await host.another.networks()).toEqual([{ id: network.id, hostId: network.hostId, faults: [] }]);
      await host.another.removeNetwork(network);
      await host.network.removeNetwork(network);
      expect(await host.network.networks()).toEqual([]);
      expect(await host.leftovers()).toEqual([]);
    });

    it('tells which subnets are taken, and refuses one of them', async () => {
      const network = await created();
      const prefix = network.subnets[0]?.prefix ?? '';
      expect((await host.network.occupiedSubnets()).map((occupied) => occupied.prefix)).toContain(prefix);
      expect(await code(host.network.createNetwork(definition({ subnets: network.subnets })))).toBe('SubnetConflict');
      expect((await host.network.networks()).map(({ id }) => id)).toEqual([network.id]);
      await cleared(network);
    });

    it('links a sandbox with the address that was asked for, and gives the same answer again', async () => {
      const network = await created();
      const inside = await sandbox();
      const endpoint = request(network, 2);
      const attached = await host.network.attach(inside, network, endpoint);
      const length = network.subnets[0]?.prefix.split('/')[1];
      expect(attached.addresses).toEqual([`${endpoint.addresses[0]}/${length}`]);
      expect(attached.gateways).toEqual([network.subnets[0]?.gateway]);
      expect(attached.macAddress).toMatch(/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/);
      expect(await host.another.attach(inside, network, endpoint)).toEqual(attached);
      expect(await host.network.endpoints()).toEqual([{ id: endpoint.id, hostId: attached.hostId, faults: [] }]);
      await host.network.detach(inside, { ...endpoint, hostId: attached.hostId });
      await host.network.detach(inside, { ...endpoint, hostId: attached.hostId });
      expect(await host.network.endpoints()).toEqual([]);
      await cleared(network, [inside]);
    });

    it('keeps the hardware address that was asked for', async () => {
      const network = await created();
      const inside = await sandbox();
      const endpoint = request(network, 3, { macAddress: '02:15:5d:00:00:07' });
      const { macAddress, hostId } = await host.network.attach(inside, network, endpoint);
      expect(macAddress).toBe('02:15:5d:00:00:07');
      await host.network.detach(inside, { ...endpoint, hostId });
      await cleared(network, [inside]);
    });

    it('removes no network that somebody is linked to', async () => {
      const network = await created();
      const inside = await sandbox();
      const endpoint = request(network, 2);
      const { hostId } = await host.network.attach(inside, network, endpoint);
      expect(await code(host.network.removeNetwork(network))).toBe('NetworkInUse');
      await host.network.detach(inside, { ...endpoint, hostId });
      await cleared(network, [inside]);
    });

    it('gives a published port to one alone, and frees it with the endpoint', async () => {
      const network = await created();
      const [one, other] = [await sandbox(), await sandbox()];
      const ports = [{ protocol: 'tcp', hostAddress: undefined, hostPort: 18080, containerPort: 80 }, { protocol: 'udp', hostAddress: undefined, hostPort: 18080, containerPort: 53 }] as const;
      const first = request(network, 2, { ports });
      const second = request(network, 3, { ports: [ports[0]] });
      const { hostId } = await host.network.attach(one, network, first);
      expect(await code(host.network.attach(other, network, second))).toBe('PortInUse');
      expect((await host.network.endpoints()).map(({ id }) => id)).toEqual([first.id]);
      await host.network.detach(one, { ...first, hostId });
      const later = await host.network.attach(other, network, second);
      await host.network.detach(other, { ...second, hostId: later.hostId });
      await cleared(network, [one, other]);
    });

    it('detaches an endpoint of which only the id is known', async () => {
      const network = await created();
      const inside = await sandbox();
      const endpoint = request(network, 2, { ports: [{ protocol: 'tcp', hostAddress: undefined, hostPort: 18081, containerPort: 80 }] });
      await host.network.attach(inside, network, endpoint);
      await host.another.detach(inside, { id: endpoint.id, hostId: undefined, addresses: [], ports: [] });
      expect(await host.network.endpoints()).toEqual([]);
      await cleared(network, [inside]);
    });

    it('links one sandbox to two networks', async () => {
      const [one, other] = [await created(), await created({ driver: 'internal' })];
      const inside = await sandbox();
      const first = request(one, 2);
      const second = request(other, 2, { index: 1, defaultRoute: false });
      const attached = [await host.network.attach(inside, one, first), await host.network.attach(inside, other, second)];
      expect(new Set(attached.map(({ interfaceName }) => interfaceName)).size).toBe(2);
      expect((await host.network.endpoints()).map(({ id }) => id).sort()).toEqual([first.id, second.id].sort());
      await host.network.detach(inside, { ...first, hostId: attached[0]?.hostId });
      await host.network.detach(inside, { ...second, hostId: attached[1]?.hostId });
      await host.network.removeNetwork(one);
      await cleared(other, [inside]);
    });

    it('makes a network again that was taken away by hand', async () => {
      const network = await created();
      await host.removeByHand(network.hostId ?? '');
      expect((await host.network.networks()).filter(({ faults }) => faults.length === 0)).toEqual([]);
      const inside = await sandbox();
      const endpoint = request(network, 2);
      const { hostId } = await host.network.attach(inside, network, endpoint);
      expect(await host.network.networks()).toEqual([expect.objectContaining({ id: network.id, faults: [] })]);
      await host.network.detach(inside, { ...endpoint, hostId });
      await cleared(network, [inside]);
    });

    it('says what the host must have', async () => {
      for (const { name: what, detail } of await host.network.requirements()) expect([what, detail]).toEqual([expect.stringMatching(/./), expect.stringMatching(/./)]);
    });
  });
};
