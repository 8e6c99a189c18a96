import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { HostComputeService } from '../../../../src/runtime/hcs/index.ts';
import { expectError } from '../../../fixtures/expect-error.ts';

describe('a host without the Host Compute Service', () => {
  it('is told so, with what installs it', async () => {
    const service = new HostComputeService({ computeCore: '/nowhere/computecore.dll', kernel32: '/nowhere/kernel32.dll' });
    const error = await expectError('HcsNotInstalled', service.listSystems());
    expect(error.message).toContain('/nowhere/computecore.dll');
    expect(error.action).toContain('Containers');
    await service.close();
  });

  it.skipIf(!existsSync('/lib64/ld-linux-x86-64.so.2') && !existsSync('/lib/ld-linux-aarch64.so.1'))('is told which function an older one lacks', async () => {
    // The C library is a library without any of the functions.
    const service = new HostComputeService({ computeCore: 'libc.so.6', kernel32: 'libc.so.6' });
    expect((await expectError('HcsFunctionMissing', service.listSystems())).args).toEqual({ function: 'HcsCreateOperation', build: 17763 });
    expect((await expectError('HcsFunctionMissing', service.grantVmGroupAccess('C:\\x'))).args).toEqual({ function: 'HcsGrantVmGroupAccess', build: 19041 });
    await service.close();
  });

  it.each([['nothing', ''], ['a NUL', 'a\0b'], ['half a character', 'a\ud800']])('is not asked for a system whose id holds %s', async (_, id) => {
    const service = new HostComputeService({ computeCore: '/nowhere/computecore.dll' });
    await expectError('ParameterInvalid', service.openSystem(id));
    await expectError('ParameterInvalid', service.createSystem(id, { Owner: 'Silo', SchemaVersion: { Major: 2, Minor: 1 } }));
    await service.close();
  });
});
