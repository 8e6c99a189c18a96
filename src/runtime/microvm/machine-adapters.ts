import { SiloError } from '../../base/index.ts';
import { addLink, addNetwork } from './create-request.ts';
import { Fields } from './fields.ts';
import type { MachineLink, MachineNetwork } from './machine-links.ts';
import { frameTypes, slotCount } from './protocol.ts';

/** What the machine's keeper is asked, and its answer; undefined where it has gone. */
export type Ask = (type: number, request: Fields) => Promise<Buffer | undefined>;

/** An adapter of a machine, as its keeper knows it. */
interface Adapter extends Pick<MachineLink, 'name' | 'mac'> {
  /** Of the link that it was joined to. */
  readonly index: number;
  /** In a slot, that another may have after it. */
  readonly plugged: boolean;
}

/** Lines: name, MAC, index, 0 or 1 (FRAME_ADAPTERS of native/guest-agent/protocol.h). */
const readAdapters = (answer: Buffer): readonly Adapter[] =>
  answer.toString('latin1').split('\n').filter((line) => line !== '').map((line) => line.split(' ')).map(([name = '', mac = '', index, plugged]) => ({ name, mac, index: Number(index), plugged: plugged === '1' }));

const isSame = (one: Pick<MachineLink, 'name' | 'mac'>, other: Pick<MachineLink, 'name' | 'mac'>): boolean => one.name === other.name && one.mac === other.mac;

/** Only what is of those links. */
const only = ({ links, routes }: MachineNetwork, keep: (link: MachineLink) => boolean): MachineNetwork => ({ links: links.filter(keep), routes: routes.filter(({ link }) => keep(link)) });

/**
 * Makes a machine's adapters those of its container's network: the guest gives back those whose links have gone, before the host
 * takes them away, and is shown the new ones. It may be repeated after a kill in between: what the machine has is its keeper's
 * to know. @throws SiloError OptionUnsupported, MachineFailed, MachineNotResponding
 */
export const fitAdapters = async (ask: Ask, wanted: MachineNetwork): Promise<void> => {
  const answer = await ask(frameTypes.ADAPTERS, new Fields());
  if (answer === undefined) return;
  const adapters = readAdapters(answer);
  const tellGuest = (network: MachineNetwork): Promise<unknown> => ask(frameTypes.NETWORK, addNetwork(new Fields(), network));
  const gone = adapters.filter((adapter) => !wanted.links.some((link) => isSame(link, adapter)));
  const found = new Map(wanted.links.map((link) => [link, adapters.find((adapter) => isSame(link, adapter))]));
  if (gone.length > 0) {
    await tellGuest(only(wanted, (link) => found.get(link) !== undefined));
    for (const adapter of gone) await ask(frameTypes.UNPLUG, addLink(new Fields(), { ...adapter, mtu: 0, addresses: [] }));
  }
  const room = slotCount - adapters.filter((adapter) => adapter.plugged && !gone.includes(adapter)).length;
  const added = wanted.links.filter((link) => found.get(link) === undefined);
  if (added.length > room) throw new SiloError('OptionUnsupported', { args: { option: 'connect', reason: `a utility VM takes ${slotCount} network adapters more than it began with; stop the container first` } });
  for (const [link, adapter] of found) if (adapter?.index !== link.index) await ask(frameTypes.PLUG, addLink(new Fields(), link));
  if (gone.length === 0 || added.length > 0) await tellGuest(wanted);
};
