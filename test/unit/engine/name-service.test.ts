import { describe, expect, it } from 'vitest';
import type { Listener } from '../../../src/core/index.ts';
import { awaitNameService } from '../../../src/engine/name-service.ts';
import type { PlannedLink } from '../../../src/engine/network-links.ts';
import type { Ports } from '../../../src/engine/ports.ts';

const links = [{ network: { driver: 'nat', subnets: [{ gateway: '10.88.0.1' }] } }] as unknown as readonly PlannedLink[];

/** A host on which somebody answers from the given look on. */
const host = (answeredFrom: number, listener: Listener = { protocol: 'udp', address: '10.88.0.1', port: 53 }): { readonly ports: Ports; readonly looks: readonly (string | undefined)[] } => {
  const looks: (string | undefined)[] = [];
  const network = {
    assignsAddresses: false,
    listeners: (protocol?: string) => {
      looks.push(protocol);
      return Promise.resolve(looks.length < answeredFrom ? [] : [listener]);
    },
  };
  return { ports: { network } as unknown as Ports, looks };
};

describe('a start that waits for the names of its network', () => {
  it('looks together with all others that wait, and only at datagrams', async () => {
    const { ports, looks } = host(5);
    await Promise.all(Array.from({ length: 200 }, () => awaitNameService(ports, links)));
    // Each by itself would be 1,000.
    expect(looks.length).toBeLessThan(50);
    expect(new Set(looks)).toEqual(new Set(['udp']));
  });

  it('takes one that answers at all addresses', async () => {
    const { ports, looks } = host(1, { protocol: 'udp', address: '0.0.0.0', port: 53 });
    await awaitNameService(ports, links);
    expect(looks).toHaveLength(1);
  });

  it('does not look where nobody would answer: without links, and where the host gives addresses itself', async () => {
    const { ports, looks } = host(1);
    await awaitNameService(ports, []);
    await awaitNameService({ network: { ...ports.network, assignsAddresses: true } } as unknown as Ports, links);
    expect(looks).toEqual([]);
  });
});
