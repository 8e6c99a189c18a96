import { describe, expect, it } from 'vitest';
import { SiloError } from '../../../../src/base/index.ts';
import type { BundleSettings } from '../../../../src/core/index.ts';
import { runcArguments } from '../../../../src/runtime/runc/runc-bundles.ts';

const settings: BundleSettings = { root: undefined, owner: undefined, log: undefined, logFormat: undefined, debug: false };
const source = { id: 'web', bundle: '/b', pidFile: undefined, host: undefined, shimLog: undefined, vmLog: undefined, vmConsole: undefined };

describe("a bundle's command line for runc", () => {
  it('is the same in runc\'s words', () => {
    expect(runcArguments({ verb: 'run', ...source, detach: true, pidFile: '/p' }, { root: '/r', owner: undefined, log: '/l', logFormat: 'json', debug: true }))
      .toEqual(['--root', '/r', '--log', '/l', '--log-format', 'json', '--debug', 'run', '--bundle', '/b', '--pid-file', '/p', '--detach', 'web']);
    expect(runcArguments({ verb: 'exec', id: 'web', args: ['sh', '-c', 'x'], process: undefined, cwd: '/', env: ['A=1'], terminal: true, user: '1:2', detach: false, pidFile: undefined, shimLog: undefined }, settings))
      .toEqual(['exec', '--cwd', '/', '--env', 'A=1', '--tty', '--user', '1:2', 'web', 'sh', '-c', 'x']);
    expect(runcArguments({ verb: 'list', format: 'table', quiet: true }, settings)).toEqual(['list', '--format', 'table', '--quiet']);
    expect(runcArguments({ verb: 'kill', id: 'web', signal: '15', all: true }, settings)).toEqual(['kill', '--all', 'web', '15']);
  });

  it.each(['host', 'vmLog', 'vmConsole', 'shimLog'])('refuses what only a Windows host has: %s', (name) => {
    const refused = (): unknown => runcArguments({ verb: 'create', ...source, [name]: 'x' }, settings);
    expect(refused).toThrow(expect.objectContaining<Partial<SiloError>>({ code: 'OptionUnsupported' }));
  });

  it('refuses the verb of a shim', () => {
    expect(() => runcArguments({ verb: 'shim', id: 'web', shimLog: undefined }, settings)).toThrow(expect.objectContaining<Partial<SiloError>>({ code: 'OptionUnsupported' }));
  });
});
