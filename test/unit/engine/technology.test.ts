import { describe, expect, it } from 'vitest';
import type { Runtime, Snapshotter } from '../../../src/core/index.ts';
import type { IsolationOffer, Ports } from '../../../src/engine/index.ts';
import { chooseIsolation, technologyOf } from '../../../src/engine/technology.ts';

const offer = (runtime: string): IsolationOffer => ({ technology: { runtime: { name: runtime } as Runtime, snapshotter: { name: `${runtime} layers` } as Snapshotter }, reason: `${runtime} is there` });
const none = (reason: string): IsolationOffer => ({ technology: undefined, reason });
const host = (Process: IsolationOffer, HyperV: IsolationOffer): Ports['isolations'] => ({ Process, HyperV });
const [both, processOnly, vmOnly, nothing] = [host(offer('runc'), offer('vm')), host(offer('runc'), none('no VM')), host(none('no kernel'), offer('vm')), host(none('no kernel'), none('no VM'))];

describe('the isolation of a container', () => {
  it.each([
    ['Auto', both, 'Process', 'runc is there'], ['Auto', processOnly, 'Process', 'runc is there'], ['Auto', vmOnly, 'HyperV', 'vm is there'],
    ['Process', both, 'Process', 'Process was asked for'], ['HyperV', both, 'HyperV', 'HyperV was asked for'], ['HyperV', vmOnly, 'HyperV', 'HyperV was asked for'],
  ] as const)('%s becomes what the host has, with the reason', (wanted, isolations, effective, reason) => {
    expect(chooseIsolation(isolations, wanted)).toMatchObject({ effective, reason, technology: { runtime: { name: effective === 'Process' ? 'runc' : 'vm' } } });
  });

  it.each([['HyperV', processOnly, 'no VM'], ['Process', vmOnly, 'no kernel'], ['Auto', nothing, 'no kernel; no VM']] as const)('%s is refused with the reason where the host lacks it', (isolation, isolations, reason) => {
    expect(() => chooseIsolation(isolations, isolation)).toThrow(expect.objectContaining({ code: 'IsolationUnsupported', args: { isolation, reason } }));
  });

  it('stays that with which it was made', () => {
    expect(technologyOf(both, { runtime: 'vm' })).toMatchObject({ effective: 'HyperV', snapshotter: { name: 'vm layers' } });
    expect(technologyOf(both, { runtime: 'runc' }).effective).toBe('Process');
    expect(() => technologyOf(processOnly, { runtime: 'vm' })).toThrow(expect.objectContaining({ code: 'IsolationUnsupported' }));
  });
});
