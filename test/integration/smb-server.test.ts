import { beforeAll, describe, expect, it, vi } from 'vitest';
import { runBesideSamba, whyNoSmbMachine } from '../fixtures/smb-machine.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';

const accounts = [['web', 'plain word'], ['odd', 'S3cr3t,with=every"thing']] as const;

vi.setConfig({ hookTimeout: 600_000 });

describe.skipIf(skipReason('SMB shares of a real server', whyNoSmbMachine()))("shares of Samba's server, mounted by the kernel", () => {
  const looks = new Map<string, { readonly value?: unknown; readonly error?: string }>();
  let said: readonly string[] = [];
  beforeAll(() => {
    said = runBesideSamba('test/fixtures/child-smb-shares.ts', accounts, 300_000);
    for (const line of said) {
      if (!line.startsWith('LOOK ')) continue;
      const { name, ...look } = JSON.parse(line.slice(5)) as { readonly name: string };
      looks.set(name, look);
    }
    if (looks.size === 0) throw new Error(`nothing was looked at:\n${said.slice(-80).join('\n')}`);
  });

  it.each([
    ['both ways', ['a page\n', 'by the client', 5, 6, 0o750]],
    ['taken away', [0, []]],
    ['table of mounts', [1, false, 'vers=3.1.1']],
    ['a folder', ['page', 'written']],
    ['one place twice', [true, 1, 0]],
    ['a password with commas and quotes', ['www']],
    ['a domain', ['www']],
    ['encrypted because it was asked for', [['www'], true]],
    ['encrypted because the server asks for it', ['www']],
    ['a symbolic link', ['page', true, 'a page\n']],
    ['a server that ends', [0, true]],
  ])('work: %s', (name, value) => { expect(looks.get(name)).toEqual({ value }); });

  it.each([
    ['a wrong password', 'ShareAccessDenied'],
    ['a wrong name', 'ShareAccessDenied'],
    ['nobody', 'ShareAccessDenied'],
    ['no such share', 'ShareNotFound'],
    ['no such folder', 'ShareNotFound'],
    ['a file', 'ShareNotFound'],
    ['no server', 'ShareUnreachable'],
  ])('are refused with the code of what is wrong: %s', (name, error) => { expect(looks.get(name)).toEqual({ error }); });
});
