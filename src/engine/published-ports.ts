import { SiloError, formatIpAddress, parseIpAddress } from '../base/index.ts';
import type { Listener, PublishedPort } from '../core/index.ts';

const refused = (text: string, reason: string): SiloError => new SiloError('ParameterInvalid', { args: { parameter: 'ports', reason: `'${text}' ${reason}` } });

/** Ports of one entry at most: each is a rule of its own. */
const longestRange = 4096;

/** `[address:][host[-last]:]container[-last][/tcp|udp]`; IPv6 addresses in brackets. */
const form = /^(?:(?:\[([^\]]+)\]|(\d+\.[\d.]+)):)?(?:(\d{1,5})?(?:-(\d{1,5}))?:)?(\d{1,5})(?:-(\d{1,5}))?(?:\/(tcp|udp))?$/i;

const portNumber = (text: string, whole: string): number => {
  const port = Number(text);
  if (port < 1 || port > 65535) throw refused(whole, `has ${text}, which is no port: they go from 1 to 65535`);
  return port;
};

/** Published ports, one each; a host port of 0 stands for one that is free. @throws SiloError ParameterInvalid */
export const parsePublishedPorts = (entries: readonly string[]): readonly PublishedPort[] => {
  const seen = new Set<string>();
  return entries.flatMap((text) => {
    const match = form.exec(text.trim());
    if (match === null) throw refused(text, 'is not of the form [address:][hostPort:]containerPort[/tcp|udp]');
    const [, six, four, hostFirst, hostLast, first = '', last, protocol = 'tcp'] = match;
    const given = six ?? four;
    const parsed = given === undefined ? undefined : parseIpAddress(given);
    if (given !== undefined && parsed === undefined) throw refused(text, `has '${given}', which is no address`);
    const begin = portNumber(first, text);
    const count = (last === undefined ? begin : portNumber(last, text)) - begin + 1;
    const hostBegin = hostFirst === undefined ? undefined : portNumber(hostFirst, text);
    const hostCount = hostBegin === undefined ? count : (hostLast === undefined ? hostBegin : portNumber(hostLast, text)) - hostBegin + 1;
    if (count < 1 || hostCount < 1) throw refused(text, 'has a range that ends before it begins');
    if (count !== hostCount) throw refused(text, `has ${hostCount} ports of the host for ${count} of the container`);
    if (count > longestRange) throw refused(text, `has ${count} ports; one entry may have ${longestRange}`);
    return Array.from({ length: count }, (_, index): PublishedPort => {
      const port: PublishedPort = {
        protocol: protocol.toLowerCase() === 'udp' ? 'udp' : 'tcp',
        hostAddress: parsed === undefined || parsed.value === 0n ? undefined : formatIpAddress(parsed),
        hostPort: hostBegin === undefined ? 0 : hostBegin + index,
        containerPort: begin + index,
      };
      const key = `${port.protocol} ${port.hostAddress ?? ''} ${port.hostPort}`;
      if (port.hostPort !== 0 && seen.has(key)) throw refused(text, `publishes port ${port.hostPort} of the host a second time`);
      seen.add(key);
      return port;
    });
  });
};

/** As -Publish takes it. */
export const formatPublishedPort = ({ protocol, hostAddress, hostPort, containerPort }: PublishedPort): string =>
  `${hostAddress === undefined ? '' : `${hostAddress.includes(':') ? `[${hostAddress}]` : hostAddress}:`}${hostPort}:${containerPort}/${protocol}`;

const isEverything = (address: string | undefined): boolean => address === undefined || parseIpAddress(address)?.value === 0n;

/** Whether both would take the same packets. */
export const samePort = (port: PublishedPort, other: Pick<Listener, 'protocol' | 'port'> & { readonly address: string | undefined }): boolean =>
  port.protocol === other.protocol && port.hostPort === other.port && (isEverything(port.hostAddress) || isEverything(other.address) || port.hostAddress === other.address);

/** Where Linux and Windows let their own programs have ports that nobody chose is left alone: the range above both. */
const firstFree = 61_000;

/** Gives each port that was to be free one that nobody has. @throws SiloError PortInUse */
export const choosePorts = (ports: readonly PublishedPort[], listeners: readonly Listener[], published: readonly PublishedPort[]): readonly PublishedPort[] => {
  const chosen: PublishedPort[] = ports.filter(({ hostPort }) => hostPort !== 0);
  const taken = (port: PublishedPort): boolean =>
    listeners.some((listener) => samePort(port, listener)) || [...published, ...chosen].some((other) => samePort(port, { protocol: other.protocol, port: other.hostPort, address: other.hostAddress }));
  return ports.map((port) => {
    if (port.hostPort !== 0) return port;
    for (let hostPort = firstFree; hostPort < 65_536; hostPort++) {
      const candidate = { ...port, hostPort };
      if (taken(candidate)) continue;
      chosen.push(candidate);
      return candidate;
    }
    throw new SiloError('PortInUse', { args: { port: `${firstFree} to 65535`, owner: 'all of them are taken' } });
  });
};
