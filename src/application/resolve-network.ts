import type { ApplicationNetwork } from './application.ts';
import { entriesOf, textOf, textsOf, type ComposeMap } from './merge-service.ts';
import { readFlag, readNumber } from './values.ts';

const drivers = { bridge: 'nat', nat: 'nat', internal: 'internal', transparent: 'transparent', macvlan: 'transparent' } as const;

/** @throws SiloError ComposeInvalid */
export const resolveNetwork = (name: string, network: ComposeMap, external: boolean, refuse: (path: readonly string[], reason: string) => Error): ApplicationNetwork => {
  const flag = (key: string): boolean | undefined => {
    if (network[key] === undefined) return undefined;
    const read = readFlag(network[key] as string);
    if (read === undefined) throw refuse([key], `'${textOf(network[key])}' is no truth value`);
    return read;
  };
  const config = ((network.ipam as ComposeMap | undefined)?.config ?? []) as readonly ComposeMap[];
  const driver = drivers[(network.driver ?? 'nat') as keyof typeof drivers];
  const options = (network.driver_opts ?? {}) as ComposeMap;
  const [mtuOption, mtu] = ['com.docker.network.driver.mtu', options['com.docker.network.driver.mtu'] === undefined ? undefined : readNumber(options['com.docker.network.driver.mtu'] as string)];
  if (options[mtuOption] !== undefined && (mtu === undefined || !Number.isInteger(mtu))) throw refuse(['driver_opts', mtuOption], 'it is a number of bytes');
  if (options.parent !== undefined && driver !== 'transparent') throw refuse(['driver_opts', 'parent'], 'only a transparent network stands on an interface of the host');
  if (flag('internal') === true && driver === 'transparent') throw refuse(['internal'], 'a transparent network cannot be internal');
  // Every network of Silo has IPv4, and any container may join it.
  for (const key of ['enable_ipv4', 'attachable']) if (flag(key) === false) throw refuse([key], 'only true is supported');
  return {
    name, external, driver: flag('internal') === true ? 'internal' : driver, ipv6: flag('enable_ipv6') ?? false, mtu, parentInterface: options.parent as string | undefined,
    subnets: config.flatMap(({ subnet }) => textsOf(subnet)), gateways: config.flatMap(({ gateway }) => textsOf(gateway)),
    labels: Object.fromEntries(Object.entries(entriesOf(network.labels)).map(([key, value]) => [key, value ?? ''])),
  };
};
