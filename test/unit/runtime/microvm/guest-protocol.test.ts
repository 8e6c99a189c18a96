import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TaskSpec } from '../../../../src/core/index.ts';
import { addLimits, createRequest } from '../../../../src/runtime/microvm/create-request.ts';
import { Fields, u32 } from '../../../../src/runtime/microvm/fields.ts';
import { descriptors, failures, fields, frameTypes, headerBytes, planFields, slotCount } from '../../../../src/runtime/microvm/protocol.ts';

const native = join(import.meta.dirname, '../../../../native');
const hasCompiler = (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'gcc')));

/** Same numbers for the same seed (xorshift). */
const randomOf = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
};

const frame = (type: number, payload: Uint8Array): Buffer => Buffer.concat([u32(payload.length), Buffer.from([type & 0xff, type >> 8, 0, 0]), u32(1), payload]);

const spec: TaskSpec = {
  id: 'a'.repeat(64), rootPath: '/root', bundlePath: '/bundle', logPath: '/log', openStdin: false, hostName: 'guest', readOnlyRoot: true, privileged: false, networkNamespacePath: '/net',
  process: { args: ['/bin/sh', '-c', 'true'], env: ['PATH=/bin'], workingDirectory: '/', user: '', terminal: true, noNewPrivileges: true, oomScoreAdjust: -5, userLimits: [{ name: 'nofile', soft: 10, hard: -1 }] },
  resources: { memoryBytes: 64 * 1024 * 1024, cpuCount: 1.5, cpuWeight: 50, processCount: 20 },
  settings: { kernelParameters: [{ name: 'net.core.somaxconn', value: '7' }], sharedMemoryBytes: 4096 },
  mounts: [{ source: '/data', target: '/mnt', readOnly: true }, { source: '', target: '/scratch', readOnly: false, memory: { sizeBytes: 100, mode: 0o700 } }],
};
const link = { name: 'eth0', mac: '02:00:00:00:00:01', mtu: 1500, index: 2, addresses: [{ address: '10.1.2.3', prefix: 24 }, { address: 'fd00::1:2', prefix: 64 }] };
const network = { links: [link], routes: [{ link, target: '0.0.0.0', prefix: 0, gateway: '10.1.2.1' }, { link, target: '::', prefix: 0, gateway: 'fd00::ffff:1.2.3.4' }] };
const user = { uid: 0, gid: 0, additionalGids: [5], home: '/root' };
const hosts = { source: '/hosts', target: '/etc/hosts', readOnly: false, fixed: true };
const { payload, shared } = createRequest({ ...spec, mounts: [...spec.mounts, hosts] }, user, network, new Map([[hosts, { mode: 0o644, uid: 1, gid: 2, content: Buffer.from('text\0with zeros') }]]));

describe('The protocol of utility VMs', () => {
  it('has the same numbers on both sides', () => {
    const numbers = new Map<string, number>();
    for (const file of ['guest-agent/protocol.h', 'machine-keeper/plan.h']) {
      for (const [, name = '', value] of readFileSync(join(native, file), 'utf8').matchAll(/\b(\w+) = (\d+)/g)) numbers.set(name, Number(value));
    }
    const ours = [['FRAME', frameTypes], ['FAILURE', failures], ['FIELD', fields], ['PLAN', planFields]] as const;
    for (const [prefix, table] of ours) for (const [name, number] of Object.entries(table)) expect([name, numbers.get(`${prefix}_${name}`)]).toEqual([name, number]);
    expect([numbers.get('agent_fd'), numbers.get('share_fd'), numbers.get('first_tap_fd'), numbers.get('monitor_fd'), numbers.get('slot_count'), numbers.get('header_bytes')]).toEqual([descriptors.agent, descriptors.share, descriptors.firstTap, descriptors.monitor, slotCount, headerBytes]);
    // Every field that the agent knows is one that we could write.
    expect([...numbers.keys()].filter((name) => name.startsWith('FIELD_')).toSorted()).toEqual(Object.keys(fields).map((name) => `FIELD_${name}`).toSorted());
  });

  it('shares the root and the volumes with the guest, and nothing else', () => {
    expect(shared).toEqual([{ name: 'root', source: '/root' }, { name: '0', source: '/data' }]);
  });

  it('shares no root that comes as disks, and no file that the guest is given', () => {
    const volume = { source: '/data', target: '/mnt', readOnly: true };
    const layered = createRequest({ ...spec, layerImages: ['/layers/2', '/layers/1'], mounts: [hosts, volume] }, user, network, new Map([[hosts, { mode: 0o644, uid: 0, gid: 0, content: Buffer.from('127.0.0.1 localhost\n') }]]));
    expect(layered.shared).toEqual([{ name: '1', source: '/data' }]);
    for (const text of ['layer0', 'layer1', '/etc/hosts\x00127.0.0.1 localhost\n']) expect(layered.payload.includes(text)).toBe(true);
  });

  describe.skipIf(!hasCompiler)('as the agent reads it', () => {
    let folder: string;
    const read = (bytes: Uint8Array, seed = 1): string => {
      const { stdout, stderr, status } = spawnSync(join(folder, 'read-frames'), [String(seed)], { input: bytes, encoding: 'utf8', maxBuffer: 1024 * 1024 });
      expect([status, stderr]).toEqual([0, '']);
      return stdout.trim();
    };
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'silo-guest-protocol-'));
      const sources = ['read-frames.c', 'frames.c', 'request.c'].map((name) => join(native, 'guest-agent', name));
      execFileSync('gcc', ['-std=gnu11', '-g', '-O1', '-Wall', '-Wextra', '-Werror', '-fsanitize=address,undefined', '-fno-sanitize-recover=all', '-o', join(folder, 'read-frames'), ...sources]);
    }, 120_000);
    afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

    it('is understood: a container with everything that there is, and changed limits', () => {
      const update = addLimits(new Fields(), { memoryBytes: 1 }).encode();
      expect(read(Buffer.concat([frame(frameTypes.CREATE, payload), frame(frameTypes.START, Buffer.alloc(0)), frame(frameTypes.UPDATE, update)]))).toBe('3 3 whole');
    });

    it('is refused where a field is unknown, cut short or of another length', () => {
      const broken = [new Fields().text(999, 'x').encode(), payload.subarray(0, -1), new Fields().bytes(fields.UID, Buffer.from([1])).encode(), new Fields().text(fields.BIND, 'no target').encode(), new Fields().text(fields.ARGUMENT, 'a', 'b').encode()];
      expect(read(Buffer.concat(broken.map((bytes) => frame(frameTypes.CREATE, bytes))))).toBe('5 0 whole');
    });

    it('ends where a frame is longer than any', () => {
      expect(read(Buffer.concat([u32(0x7fff_ffff), Buffer.alloc(100)]))).toBe('0 0 broken');
    });

    it('never makes the agent read or write what is not its own: 40 streams of random and damaged frames', () => {
      for (let seed = 1; seed <= 40; seed += 1) {
        const random = randomOf(seed * 7919);
        const frames = Array.from({ length: 200 }, () => {
          const damaged = Buffer.from(random() % 3 === 0 ? Buffer.from(Array.from({ length: random() % 300 }, () => random() & 0xff)) : payload);
          for (let times = random() % 6; times > 0 && damaged.length > 0; times -= 1) damaged[random() % damaged.length] = random() & 0xff;
          return frame(1 + (random() % 12), damaged.subarray(0, random() % 4 === 0 ? random() % (damaged.length + 1) : damaged.length));
        });
        const stream = Buffer.concat(frames);
        // Half of the streams have their headers damaged too.
        if (seed % 2 === 0) for (let times = 0; times < 3; times += 1) stream[random() % stream.length] = random() & 0xff;
        expect(read(stream, seed)).toMatch(/^\d+ \d+ (whole|broken)$/);
      }
    }, 60_000);
  });
});
