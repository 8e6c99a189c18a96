import { decode, encode, type Packet, type Question } from 'dns-packet';
import { describe, expect, it } from 'vitest';
import { framed, takeFrames } from '../../../src/supervisor/name-forward.ts';
import { addressAsked, readQuestion, replyCode, replyKnown } from '../../../src/supervisor/name-reply.ts';

const asked = (name: string, type: 'A' | 'AAAA' | 'PTR' | 'MX'): { readonly packet: Packet; readonly question: Question } => {
  const read = readQuestion(encode({ type: 'query', id: 4711, flags: 0x100, questions: [{ type, name }] }));
  if (read === undefined) throw new Error('it is a question');
  return read;
};
const answer = (name: string, type: 'A' | 'AAAA' | 'PTR' | 'MX', addresses: readonly string[] | undefined, known?: string): Packet => {
  const { packet, question } = asked(name, type);
  return decode(Buffer.from(replyKnown(packet, question, { addresses, name: known }, false)));
};

describe('answers to questions for names', () => {
  it('hold the addresses of the family that was asked for, for the question that was asked', () => {
    const packet = answer('Web', 'A', ['10.0.0.2', 'fd00::2', '10.0.1.2']);
    expect(packet).toMatchObject({ id: 4711, type: 'response', flag_aa: true, flag_ra: true, flag_rd: true, rcode: 'NOERROR', questions: [{ name: 'Web', type: 'A' }] });
    expect(packet.answers?.map((entry) => ('data' in entry ? entry.data : ''))).toEqual(['10.0.0.2', '10.0.1.2']);
    expect(answer('web', 'AAAA', ['10.0.0.2', 'fd00::2']).answers).toMatchObject([{ data: 'fd00::2', type: 'AAAA' }]);
  });

  it('say of a name that is there that it has nothing of another type', () => {
    for (const type of ['AAAA', 'MX'] as const) expect(answer('web', type, ['10.0.0.2'])).toMatchObject({ rcode: 'NOERROR', answers: [] });
  });

  it('give the name of an address', () => { expect(answer('2.0.0.10.in-addr.arpa', 'PTR', undefined, 'web').answers).toMatchObject([{ type: 'PTR', data: 'web' }]); });

  it('ask to be asked by stream where a datagram is too short', () => {
    const { packet, question } = asked('many', 'A');
    const addresses = Array.from({ length: 100 }, (_, index) => `10.0.0.${index + 1}`);
    const short = replyKnown(packet, question, { addresses, name: undefined }, false);
    expect(short.length).toBeLessThanOrEqual(512);
    expect(decode(Buffer.from(short))).toMatchObject({ flag_tc: true, answers: [] });
    expect(decode(Buffer.from(replyKnown(packet, question, { addresses, name: undefined }, true))).answers).toHaveLength(100);
  });

  it('say that there is no such name, or that nobody could tell', () => {
    const { packet } = asked('nothing', 'A');
    expect(decode(Buffer.from(replyCode(packet, 'noSuchName')))).toMatchObject({ id: 4711, rcode: 'NXDOMAIN' });
    expect(decode(Buffer.from(replyCode(packet, 'serverFailure')))).toMatchObject({ id: 4711, rcode: 'SERVFAIL' });
  });
});

describe('questions', () => {
  it.each([
    ['nothing', Buffer.alloc(0)], ['less than a header', Buffer.alloc(11)], ['noise', Buffer.alloc(300, 0xc0)], ['an answer', encode({ type: 'response', questions: [{ type: 'A', name: 'a' }] })],
    ['none', encode({ type: 'query', questions: [] })], ['two', encode({ type: 'query', questions: [{ type: 'A', name: 'a' }, { type: 'A', name: 'b' }] })], ['another class', encode({ type: 'query', questions: [{ type: 'A', name: 'a', class: 'CH' }] })],
    ['a name that points at itself', Buffer.concat([Buffer.from('000101000001000000000000', 'hex'), Buffer.from('c00c00010001', 'hex')])],
  ])('are not read out of %s', (_, message) => { expect(readQuestion(message)).toBeUndefined(); });

  it.each([
    ['2.0.28.172.in-addr.arpa', '172.28.0.2'], ['2.0.28.172.IN-ADDR.ARPA', '172.28.0.2'], ['300.0.28.172.in-addr.arpa', undefined], ['28.172.in-addr.arpa', undefined], ['web', undefined],
    ['2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.5.0.0.0.0.d.f.ip6.arpa', 'fd00:51::2'], ['x.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.5.0.0.0.0.d.f.ip6.arpa', undefined],
  ])('name an address: %s', (name, address) => { expect(addressAsked(name)).toBe(address); });
});

describe('messages in a stream', () => {
  it('are taken when they are whole, in whatever pieces they come', () => {
    const bytes = Buffer.concat([framed(Buffer.from('first')), framed(Buffer.from('')), framed(Buffer.from('second')), Buffer.from([0])]);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const one = takeFrames(bytes.subarray(0, cut));
      const other = takeFrames(Buffer.concat([one.rest, bytes.subarray(cut)]));
      expect([...one.messages, ...other.messages].map(String)).toEqual(['first', '', 'second']);
      expect(other.rest).toEqual(Buffer.from([0]));
    }
  });
});
