import { describe, expect, it } from 'vitest';
import type { Runtime, Snapshotter } from '../../../src/core/index.ts';
import type { IsolationOffer, Ports } from '../../../src/engine/index.ts';
import { imageTechnology, snapshotters, technologyOf } from '../../../src/engine/technology.ts';

const offer = (runtime: string): IsolationOffer => ({ technology: { runtime: { name: runtime } as Runtime, snapshotter: { name: `${runtime} layers` } as Snapshotter }, reason: `${runtime} is there` });
const none = (reason: string): IsolationOffer => ({ technology: undefined, reason });
const host = (Process: IsolationOffer, HyperV: IsolationOffer): Ports['isolations'] => ({ Process, HyperV });
const [both, processOnly, vmOnly, nothing] = [host(offer('runc'), offer('vm')), host(offer('runc'), none('no VM')), host(none('no kernel'), offer('vm')), host(none('no kernel'), none('no VM'))];

describe('technologies of a host', () => {
  it('keep images where process isolation has them, or else where VMs have them', () => {
    expect([both, processOnly, vmOnly].map((isolations) => imageTechnology(isolations).runtime.name)).toEqual(['runc', 'runc', 'vm']);
    expect(() => imageTechnology(nothing)).toThrow(expect.objectContaining({ code: 'IsolationUnsupported', args: { isolation: 'Auto', reason: 'no kernel; no VM' } }));
  });

  it('are found by the runtime that a container was made with', () => {
    expect(technologyOf(both, { runtime: 'vm' })).toMatchObject({ effective: 'HyperV', snapshotter: { name: 'vm layers' } });
    expect(technologyOf(both, { runtime: 'runc' }).effective).toBe('Process');
    expect(() => technologyOf(processOnly, { runtime: 'vm' })).toThrow(expect.objectContaining({ code: 'IsolationUnsupported' }));
  });

  it('have another one for Linux images on another system', () => {
    const linux = host(offer('hcs-process'), { ...offer('hcs-vm'), linux: offer('hcs-linux') });
    expect(technologyOf(linux, { runtime: 'hcs-linux' })).toMatchObject({ effective: 'HyperV', snapshotter: { name: 'hcs-linux layers' } });
    expect(snapshotters(linux).map(({ name }) => name)).toEqual(['hcs-process layers', 'hcs-vm layers', 'hcs-linux layers']);
  });

  it('share a snapshotter where both keep files in the same form', () => {
    const layers = { name: 'wclayer' } as Snapshotter;
    const shared = (runtime: string): IsolationOffer => ({ technology: { runtime: { name: runtime } as Runtime, snapshotter: layers }, reason: '' });
    expect(snapshotters(host(shared('a'), shared('b')))).toEqual([layers]);
  });
});
