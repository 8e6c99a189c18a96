import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { isIPv4 } from 'node:net';
import { SiloError } from '../../base/index.ts';

const run = promisify(execFile);

/** A link of the container's network namespace, which becomes an adapter of its machine with the same names and numbers. */
export interface MachineLink {
  readonly name: string;
  /** Six bytes with colons. */
  readonly mac: string;
  readonly mtu: number;
  /** The kernel's in the namespace; a link that was made anew has another. */
  readonly index: number;
  readonly addresses: readonly { readonly address: string; readonly prefix: number }[];
}

export interface MachineRoute {
  readonly link: MachineLink;
  readonly target: string;
  readonly prefix: number;
  readonly gateway: string | undefined;
}

export interface MachineNetwork {
  readonly links: readonly MachineLink[];
  readonly routes: readonly MachineRoute[];
}

interface IpLink {
  readonly ifindex: number;
  readonly ifname: string;
  readonly link_type: string;
  readonly address?: string;
  readonly mtu: number;
  readonly flags?: readonly string[];
  readonly addr_info?: readonly { readonly local?: string; readonly prefixlen: number; readonly scope?: string }[];
}

interface IpRoute { readonly dst: string; readonly gateway?: string; readonly dev?: string; readonly type?: string; readonly protocol?: string }

const ip = async <T>(namespacePath: string, ...args: readonly string[]): Promise<readonly T[]> => {
  try {
    const { stdout } = await run('nsenter', [`--net=${namespacePath}`, 'ip', '-json', ...args], { maxBuffer: 4 * 1024 * 1024 });
    return stdout.trim() === '' ? [] : (JSON.parse(stdout) as readonly T[]);
  } catch (error) {
    throw new SiloError('MachineFailed', { args: { reason: `the container's network cannot be read: ${error instanceof Error ? error.message : String(error)}` }, cause: error });
  }
};

const splitTarget = (text: string, gateway: string | undefined): { readonly target: string; readonly prefix: number } => {
  if (text === 'default') return { target: gateway === undefined || isIPv4(gateway) ? '0.0.0.0' : '::', prefix: 0 };
  const [target = '', prefix] = text.split('/');
  return { target, prefix: prefix === undefined ? (isIPv4(target) ? 32 : 128) : Number(prefix) };
};

/** What the network has set up in the namespace; undefined stands for no network at all. */
export const readMachineNetwork = async (namespacePath: string): Promise<MachineNetwork> => {
  const [found, routes4, routes6] = await Promise.all([ip<IpLink>(namespacePath, 'address', 'show'), ip<IpRoute>(namespacePath, '-4', 'route', 'show'), ip<IpRoute>(namespacePath, '-6', 'route', 'show')]);
  const links = found.filter(({ link_type: type, ifname }) => type === 'ether' && !/^(machine\d|gretap|erspan)/.test(ifname)).map((link): MachineLink => ({
    name: link.ifname, mac: link.address ?? '', mtu: link.mtu, index: link.ifindex,
    addresses: (link.addr_info ?? []).flatMap(({ local, prefixlen, scope }) => (local === undefined || scope === 'link' ? [] : [{ address: local, prefix: prefixlen }])),
  }));
  // What the kernel makes of addresses by itself it makes in the guest too.
  const routes = [...routes4, ...routes6].filter(({ protocol, type }) => protocol !== 'kernel' && (type === undefined || type === 'unicast')).flatMap(({ dst, gateway, dev }): readonly MachineRoute[] => {
    const link = links.find(({ name }) => name === dev);
    return link === undefined ? [] : [{ link, ...splitTarget(dst, gateway), gateway }];
  });
  return { links, routes };
};
