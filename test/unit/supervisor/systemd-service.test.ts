import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SystemdService, type SystemdServiceOptions } from '../../../src/supervisor/index.ts';
import { expectError } from '../../fixtures/expect-error.ts';
import { skipReason } from '../../fixtures/temporary-folder.ts';

/** systemctl as a program: it writes down each call, and knows of one unit whether it is enabled and active. */
const fakeSystemctl = `#!/bin/sh
state=$(dirname "$0")/state
echo "$*" >> "$state/calls"
for last; do :; done
[ -e "$state/refuse" ] && { echo "Access denied" >&2; exit 4; }
case "$1 $2" in
  "enable --now") touch "$state/enabled" "$state/active";;
  "enable "*) touch "$state/enabled";;
  "restart "*) touch "$state/active";;
  "disable --now") rm -f "$state/enabled" "$state/active";;
  "is-active "*) [ -e "$state/active" ] || exit 3;;
  "is-enabled "*) [ -e "$state/enabled" ] || exit 1;;
  "reset-failed "*) exit 1;;
esac
`;

const onPath = (program: string): boolean => (process.env['PATH'] ?? '').split(delimiter).some((path) => existsSync(join(path, program)));
const name = 'silo-supervisor.service';

describe.skipIf(skipReason('systemd units', process.platform === 'linux' ? undefined : 'they are Linux\'s'))('the unit of a supervisor', () => {
  let folder: string;
  let units: string;
  let path: string | undefined;
  const root = '/var/lib/silo';
  const state = (): string => join(folder, 'bin/state');
  const service = (options: Partial<SystemdServiceOptions> = {}): SystemdService =>
    new SystemdService({ command: ['/opt/silo/node', '/opt/silo/silo.mjs'], defaultRoot: root, unitFolder: units, bootedFolder: folder, ...options });
  const calls = (): readonly string[] => (existsSync(join(state(), 'calls')) ? readFileSync(join(state(), 'calls'), 'utf8').trim().split('\n') : []);
  const changes = (): readonly string[] => calls().filter((call) => !call.startsWith('is-'));
  const unit = (file = name): string => readFileSync(join(units, file), 'utf8');

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'silo-systemd-'));
    units = join(folder, 'units');
    mkdirSync(units);
    mkdirSync(state(), { recursive: true });
    writeFileSync(join(folder, 'bin/systemctl'), fakeSystemctl, { mode: 0o755 });
    path = process.env['PATH'];
    process.env['PATH'] = `${join(folder, 'bin')}${delimiter}${path ?? ''}`;
  });
  afterEach(() => {
    process.env['PATH'] = path;
    rmSync(folder, { recursive: true, force: true });
  });

  it('is written, enabled and started', async () => {
    expect(await service().status(root)).toEqual({ kind: 'systemd', name, installed: false, running: false, unitPath: join(units, name) });
    expect(await service().install(root)).toBe(true);
    expect(changes()).toEqual(['daemon-reload', `enable ${name}`, `restart ${name}`]);
    expect(await service().status(root)).toMatchObject({ installed: true, running: true });
    expect(statSync(join(units, name)).mode & 0o777).toBe(0o644);
    expect(readdirSync(units)).toEqual([name]);
    for (const line of ['ExecStart="/opt/silo/node" "/opt/silo/silo.mjs" supervise --service', 'Environment="SILO_ROOT=/var/lib/silo"', 'KillMode=process', 'Restart=on-failure', 'After=network-online.target', 'RequiresMountsFor="/var/lib/silo"', 'PrivateMounts=no']) expect(unit().split('\n')).toContain(line);
    // Each of these would give it a mount namespace of its own.
    expect(unit()).not.toMatch(/^(ProtectSystem|ProtectHome|PrivateTmp|PrivateMounts|PrivateDevices|ProtectKernel\w+|ProtectControlGroups|ReadWritePaths|InaccessiblePaths|MountFlags)=(?!no$)/m);
  });

  it('that is as it should be is left alone', async () => {
    await service().install(root);
    const before = changes().length;
    expect(await service().install(root)).toBe(false);
    expect(changes()).toHaveLength(before);
  });

  it('that somebody has stopped is started again', async () => {
    await service().install(root);
    rmSync(join(state(), 'active'));
    expect(await service().install(root)).toBe(true);
    expect(changes().at(-1)).toBe(`enable --now ${name}`);
    expect(await service().status(root)).toMatchObject({ running: true });
  });

  it('gets the command of a new version, and is started again with it', async () => {
    await service().install(root);
    expect(await service({ command: ['/opt/silo-2/node', '/opt/silo-2/silo.mjs'] }).install(root)).toBe(true);
    expect(unit()).toContain('ExecStart="/opt/silo-2/node"');
    expect(changes().slice(-3)).toEqual(['daemon-reload', `enable ${name}`, `restart ${name}`]);
  });

  it('has a name for each root', async () => {
    await service().install('/data/a');
    await service().install('/data/b');
    expect(readdirSync(units)).toHaveLength(2);
    expect(readdirSync(units).every((file) => /^silo-supervisor-[0-9a-f]{12}\.service$/.test(file))).toBe(true);
    expect(await service().status(root)).toMatchObject({ installed: false });
  });

  it('is taken away, and a second time nothing is done', async () => {
    await service().install(root);
    expect(await service().uninstall(root)).toBe(true);
    expect(changes().slice(-3)).toEqual([`disable --now ${name}`, 'daemon-reload', `reset-failed ${name}`]);
    expect(readdirSync(units)).toEqual([]);
    const before = calls().length;
    expect(await service().uninstall(root)).toBe(false);
    expect(calls()).toHaveLength(before);
  });

  it('cannot be installed where systemd is not the init, and nothing is written', async () => {
    const error = await expectError('ServiceManagerMissing', service({ bootedFolder: join(folder, 'absent') }).install(root));
    expect(error.action).toContain('on demand');
    expect(readdirSync(units)).toEqual([]);
    expect(calls()).toEqual([]);
  });

  it('cannot be installed where there is no systemctl', async () => {
    process.env['PATH'] = join(folder, 'empty');
    await expectError('ServiceManagerMissing', service().install(root));
  });

  it('that systemd refuses is a coded error with its words', async () => {
    writeFileSync(join(state(), 'refuse'), '');
    expect((await expectError('HostServiceFailed', service().install(root))).args['reason']).toContain('Access denied');
  });

  it.skipIf(skipReason('systemd-analyze', onPath('systemd-analyze') ? undefined : 'it is not installed'))('is one that systemd understands, whatever the root is called', async () => {
    for (const odd of [root, '/data/100% "own" $HOME \\ folder']) {
      const node = process.execPath;
      await service({ command: [node, join(folder, 'it\'s $1 50%.mjs')] }).install(odd);
    }
    for (const file of readdirSync(units)) {
      const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', join(units, file)], { encoding: 'utf8' });
      expect({ status, told: stderr.split('\n').filter((line) => line.includes(file)) }).toEqual({ status: 0, told: [] });
    }
  });
});
