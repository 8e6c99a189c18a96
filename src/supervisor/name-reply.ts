import { AUTHORITATIVE_ANSWER, RECURSION_AVAILABLE, RECURSION_DESIRED, TRUNCATED_RESPONSE, decode, encode, type Answer, type Packet, type Question } from 'dns-packet';
import { formatIpAddress, parseIpAddress } from '../base/index.ts';

/** What is known of a name or an address; an undefined field means that somebody else must be asked. */
export interface Known {
  readonly addresses: readonly string[] | undefined;
  readonly name: string | undefined;
}

/** Codes of a response (RFC 1035, 4.1.1). */
const codes = { formatError: 1, serverFailure: 2, noSuchName: 3 } as const;
export type ReplyCode = keyof typeof codes;

/** Names of containers move with every start: nobody may keep them for long. */
const keptSeconds = 5;

/** Bytes of an answer by datagram where the question does not allow more (RFC 1035, 2.3.4). */
const shortDatagram = 512;

/** A question that can be answered: there is one, of the class Internet. Undefined for everything else. */
export const readQuestion = (message: Uint8Array): { readonly packet: Packet; readonly question: Question } | undefined => {
  try {
    const packet = decode(Buffer.from(message));
    const [question] = packet.questions ?? [];
    return packet.type !== 'query' || packet.questions?.length !== 1 || question === undefined || (question.class ?? 'IN') !== 'IN' ? undefined : { packet, question };
  } catch {
    // Whatever it was, it was no question.
    return undefined;
  }
};

/** The address in a question for the name of one; undefined where it is none. */
export const addressAsked = (name: string): string | undefined => {
  const labels = name.toLowerCase().split('.');
  if (labels.length === 6 && labels.slice(4).join('.') === 'in-addr.arpa') {
    const parsed = parseIpAddress(labels.slice(0, 4).reverse().join('.'));
    return parsed === undefined ? undefined : formatIpAddress(parsed);
  }
  if (labels.length !== 34 || labels.slice(32).join('.') !== 'ip6.arpa' || !labels.slice(0, 32).every((digit) => /^[0-9a-f]$/.test(digit))) return undefined;
  return formatIpAddress({ family: 6, value: BigInt(`0x${labels.slice(0, 32).reverse().join('')}`) });
};

const answersOf = ({ type, name }: Question, known: Known): readonly Answer[] => {
  const of = (family: 4 | 6): readonly string[] => (known.addresses ?? []).filter((address) => parseIpAddress(address)?.family === family);
  switch (type) {
    case 'A': return of(4).map((data) => ({ type: 'A', name, ttl: keptSeconds, data }));
    case 'AAAA': return of(6).map((data) => ({ type: 'AAAA', name, ttl: keptSeconds, data }));
    case 'PTR': return known.name === undefined ? [] : [{ type: 'PTR', name, ttl: keptSeconds, data: known.name }];
    // A name that is there has nothing of any other type.
    default: return [];
  }
};

/** The answer from what is known; what does not fit into a datagram is asked for again by stream. */
export const replyKnown = (packet: Packet, question: Question, known: Known, byStream: boolean): Uint8Array => {
  const flags = AUTHORITATIVE_ANSWER | RECURSION_AVAILABLE | ((packet.flags ?? 0) & RECURSION_DESIRED);
  const make = (answers: readonly Answer[], more: number): Uint8Array => encode({ type: 'response', id: packet.id ?? 0, flags: flags | more, questions: [question], answers: [...answers] });
  const whole = make(answersOf(question, known), 0);
  return byStream || whole.length <= shortDatagram ? whole : make([], TRUNCATED_RESPONSE);
};

export const replyCode = (packet: Packet, code: ReplyCode): Uint8Array =>
  encode({ type: 'response', id: packet.id ?? 0, flags: RECURSION_AVAILABLE | ((packet.flags ?? 0) & RECURSION_DESIRED) | codes[code], questions: packet.questions ?? [] });
