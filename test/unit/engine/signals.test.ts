import { constants } from 'node:os';
import { describe, expect, it } from 'vitest';
import { signalNumber } from '../../../src/engine/signals.ts';

describe('signals', () => {
  it.each([['SIGTERM', 15], ['TERM', 15], ['term', 15], ['sigkill', 9], ['15', 15], ['1', 1], ['64', 64], ['RTMIN', 34], ['SIGRTMIN+3', 37], ['RTMIN+30', 64], ['RTMAX', 64], ['RTMAX-2', 62], ['SIGWINCH', 28], ['SIGPWR', 30]])('%s is %i', (text, number) => { expect(signalNumber(text)).toBe(number); });

  it.skipIf(process.platform !== 'linux')("are the kernel's, all of them", () => {
    const unlike = Object.entries(constants.signals).filter(([name, number]) => signalNumber(name) !== number);
    expect(unlike).toEqual([]);
    expect(Object.keys(constants.signals).length).toBeGreaterThan(30);
  });

  it.each(['', 'SIG', 'TERMINATE', '0', '65', '-9', '9.5', '9 ', '+9', 'SIGTERM+1', 'TERM+0', 'RTMIN-1', 'RTMAX+1', 'RTMIN+31', 'RTMIN+', 'RTMAX-31', 'constructor', '__proto__', 'SIGSIGTERM'])('%j is none', (text) => {
    expect(() => signalNumber(text)).toThrow(expect.objectContaining({ code: 'SignalInvalid', args: { signal: text } }));
  });
});
