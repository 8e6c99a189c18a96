import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PowerShellMappings, runPowerShell, type PowerShell } from '../../../src/share/powershell-mappings.ts';
import { expectError } from '../../fixtures/expect-error.ts';
import { skipReason } from '../../fixtures/temporary-folder.ts';

const whyNot = spawnSync('pwsh', ['-NoProfile', '-Command', '1']).status === 0 ? undefined : 'PowerShell (pwsh) is not installed';
/** Letters that are no ASCII, and those that mean something to JSON, to shells and to PowerShell. */
const password = '암호 $x"\'`\\;{0}é✓';

describe.skipIf(skipReason('global mappings in PowerShell', whyNot))('global mappings, by the commands of a stand-in for the module SmbShare in a real PowerShell', () => {
  let folder: string;
  let file: string;
  const before = { ...process.env };
  const told: { readonly script: string; readonly input: string }[] = [];
  const run: PowerShell = (script, input) => { told.push({ script, input }); return runPowerShell('pwsh')(script, input); };
  const mappings = new PowerShellMappings(run);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'silo-mappings-'));
    file = join(folder, 'mappings.json');
    told.length = 0;
    Object.assign(process.env, { PSModulePath: join(import.meta.dirname, '../../fixtures'), SILO_TEST_MAPPINGS: file, SILO_TEST_PASSWORD: password });
  });
  afterEach(() => {
    for (const name of ['PSModulePath', 'SILO_TEST_MAPPINGS', 'SILO_TEST_PASSWORD']) { const old = before[name]; if (old === undefined) delete process.env[name]; else process.env[name] = old; }
    rmSync(folder, { recursive: true });
  });

  it('are made with the credential, for this boot alone, found and taken away', async () => {
    const share = String.raw`\\files.example\데이터`;
    expect(await mappings.find(share)).toBeUndefined();
    await mappings.create(share, { userName: String.raw`DOMAIN\user`, password }, true);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual([{ RemotePath: share, Status: 'OK', UserName: String.raw`DOMAIN\user`, RequirePrivacy: true, Persistent: false }]);
    expect(await mappings.find(share)).toBe('connected');
    await mappings.remove(share);
    expect(await mappings.find(share)).toBeUndefined();
    await mappings.remove(share);
  }, 60_000);

  it('never have the password on a command line: it comes by standard input, in ASCII', async () => {
    await mappings.create(String.raw`\\files\data`, { userName: 'user', password }, false);
    for (const { script, input } of told) {
      expect(script).not.toContain(password);
      expect(input).toMatch(/^[ -~]*$/);
    }
    expect(told).toHaveLength(1);
  }, 60_000);

  it.each([
    [String.raw`\\absent\data`, 'ShareUnreachable'], [String.raw`\\files\nothing`, 'ShareNotFound'], [String.raw`\\files\strange`, 'ShareFailed'], [String.raw`\\files\data`, 'ShareAccessDenied'],
  ] as const)('of %s that fail say what it means, and not the password', async (share, code) => {
    const error = await expectError(code, mappings.create(share, { userName: 'user', password: 'wrong password' }, true));
    expect(error.message).not.toContain('wrong password');
    expect(error.args['reason']).toContain('***');
  }, 60_000);

  it('are told to be missing where Windows has no such command', async () => {
    process.env['PSModulePath'] = folder;
    const error = await expectError('ShareSupportMissing', mappings.create(String.raw`\\files\data`, { userName: 'user', password }, true));
    expect(error.action).toContain('1709');
  }, 60_000);

  it('without a PowerShell are an error that says so', async () => {
    await expectError('ShareFailed', new PowerShellMappings(runPowerShell(join(folder, 'none'))).find(String.raw`\\files\data`));
  });
});
