import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { securityFunctions, WindowsSecurity } from '../../../../native/advapi32-privileges.ts';
import { bindComputeStorage, computeStorageFunctions, type ComputeStorage } from '../../../../native/computestorage.ts';
import { MissingFunction, type Out, type Pointer } from '../../../../native/dynamic-library.ts';
import { fileFunctions, WindowsFiles } from '../../../../native/kernel32-files.ts';
import { attachFlags, virtDiskFunctions, VirtualDisks } from '../../../../native/virtdisk.ts';
import { simulatedStorage, whyNoSimulatedLayers } from '../../../conformance/wclayer-host.ts';
import { skipReason } from '../../../fixtures/temporary-folder.ts';

const chainOf = (...paths: readonly string[]): string =>
  JSON.stringify({ SchemaVersion: { Major: 2, Minor: 1 }, Layers: paths.map((path, index) => ({ Id: `00000000-0000-4000-8000-00000000000${index}`, Path: path })) });

/** Codes of Win32 errors as HRESULTs, signed as the functions give them. */
const hresult = (code: number): number => code | 0;
const invalidArgument = hresult(0x80070057);

describe.skipIf(skipReason('bindings of the storage functions', whyNoSimulatedLayers()))('the bindings of', () => {
  const storage = simulatedStorage();
  let folder: string;
  let functions: ComputeStorage;
  let disks: VirtualDisks;
  let files: WindowsFiles;
  /** Functions that a test has called. */
  const called = new Set<string>();

  /** A binding that remembers what was called. */
  const watched = <T extends object>(binding: T): T => {
    for (const [name, bound] of Object.entries(binding)) {
      const { now } = bound as { now: (...args: unknown[]) => unknown };
      Object.defineProperty(bound, 'now', { value: (...args: unknown[]) => { called.add(name); return now.apply(bound, args); } });
    }
    return binding;
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'silo-storage-'));
    const libraries = storage.libraries();
    functions = watched(bindComputeStorage(libraries.computeStorage));
    disks = new VirtualDisks(libraries.virtDisk);
    files = new WindowsFiles(libraries.kernel);
  });
  afterEach(async () => {
    await storage.expectNothingHeld();
    rmSync(folder, { recursive: true, force: true });
  });

  const baseLayer = (name: string): string => {
    const layer = join(folder, name);
    mkdirSync(join(layer, 'Files/Windows/System32/config'), { recursive: true });
    for (const hive of ['DEFAULT', 'SAM', 'SECURITY', 'SOFTWARE', 'SYSTEM']) writeFileSync(join(layer, 'Files/Windows/System32/config', hive), hive);
    expect(functions.HcsSetupBaseOSLayer.now(layer, 0n, '{"Type":"Container"}')).toBe(0);
    return layer;
  };

  const withDisk = (name: string, work: (disk: Pointer, path: string) => void): void => {
    const path = join(folder, name);
    const disk = disks.create(path, { sizeBytes: 64 * 1024 ** 2 });
    try {
      work(disk, path);
    } finally {
      files.close(disk);
    }
  };

  const volumeOf = (disk: Pointer): string => {
    const path: Out<Pointer> = [null];
    expect(functions.HcsGetLayerVhdMountPath.now(disk, path)).toBe(0);
    return path[0] === null ? '' : files.takeText(path[0]);
  };

  it('computestorage.dll carry a base layer, a layer over it and a writable one from end to end', () => {
    const base = baseLayer('base');
    expect(readdirSync(join(base, 'Hives')).toSorted()).toEqual(['DefaultUser_Base', 'Sam_Base', 'Security_Base', 'Software_Base', 'System_Base']);
    expect(functions.HcsSetupBaseOSLayer.now(base, 0n, '{"Type":"Container"}')).toBe(hresult(0x80070050));
    const [layer, transport] = [join(folder, 'layer'), join(folder, 'transport')];
    for (const made of [layer, join(transport, 'Files'), join(transport, 'Hives')]) mkdirSync(made, { recursive: true });
    writeFileSync(join(transport, 'Files/hello'), Buffer.concat([Buffer.from('20000000', 'hex'), Buffer.from('0100000000000000050000000000000000000000', 'hex'), Buffer.from('hello')]));
    expect(functions.HcsImportLayer.now(layer, transport, chainOf(base))).toBe(0);
    expect(readFileSync(join(layer, 'Files/hello'), 'utf8')).toBe('hello');
    const again = join(folder, 'again');
    mkdirSync(again);
    expect(functions.HcsExportLayer.now(layer, again, chainOf(base), '{"IsWritableLayer":false}')).toBe(0);
    expect(readFileSync(join(again, 'Files/hello')).subarray(-5).toString()).toBe('hello');
    withDisk('scratch.vhdx', (disk) => {
      expect(functions.HcsFormatWritableLayerVhd.now(disk)).toBe(0);
      disks.attach(disk, attachFlags.noDriveLetter);
      const volume = volumeOf(disk);
      expect(functions.HcsInitializeWritableLayer.now(volume, chainOf(layer, base), null)).toBe(0);
      expect(functions.HcsAttachLayerStorageFilter.now(volume, chainOf(layer, base))).toBe(0);
      expect(readFileSync(join(volume, 'hello'), 'utf8')).toBe('hello');
      writeFileSync(join(volume, 'mine'), 'mine');
      rmSync(join(volume, 'hello'));
      expect(functions.HcsDestroyLayer.now(layer)).toBe(hresult(0x80070020));
      const exported = join(folder, 'exported');
      mkdirSync(exported);
      expect(functions.HcsExportLayer.now(volume, exported, chainOf(layer, base), '{"IsWritableLayer":true}')).toBe(hresult(0x80070020));
      expect(functions.HcsDetachLayerStorageFilter.now(volume)).toBe(0);
      expect(functions.HcsDetachLayerStorageFilter.now(volume)).toBe(hresult(0x80070490));
      expect(functions.HcsExportLegacyWritableLayer.now(volume, folder, exported, chainOf(layer, base))).toBe(0);
      expect(readFileSync(join(exported, 'tombstones.txt'), 'utf8')).toBe('\ufeffVersion 1.0\r\n\\hello\r\n');
      disks.detach(disk);
    });
    expect(functions.HcsDestroyLayer.now(layer)).toBe(0);
    expect(functions.HcsDestroyLayer.now(layer)).toBe(hresult(0x80070003));
  });

  it('computestorage.dll set up a utility VM on a disk or a volume, and a layer with its registry apart', () => {
    const [machine, volumeLayer] = [join(folder, 'UtilityVM'), join(folder, 'other')];
    mkdirSync(join(machine, 'Files/EFI/Microsoft/Boot'), { recursive: true });
    writeFileSync(join(machine, 'Files/EFI/Microsoft/Boot/BCD'), '');
    const base = baseLayer('base');
    mkdirSync(volumeLayer);
    withDisk('machine.vhdx', (disk) => {
      expect(functions.HcsSetupBaseOSLayer.now(machine, disk, '{"Type":"Vm"}')).toBe(invalidArgument);
      expect(functions.HcsFormatWritableLayerVhd.now(disk)).toBe(0);
      disks.attach(disk, attachFlags.noDriveLetter);
      expect(functions.HcsSetupBaseOSLayer.now(machine, disk, '{"Type":"Vm"}')).toBe(0);
      expect(functions.HcsSetupBaseOSLayer.now(machine, disk, '{"Type":"Vm","Unknown":1}')).toBe(hresult(0x8037010d));
      const volume = volumeOf(disk);
      expect(functions.HcsSetupBaseOSVolume.now(machine, volume, '{"Type":"Vm"}')).toBe(0);
      expect(functions.HcsSetupBaseOSVolume.now(machine, join(folder, 'none'), '{"Type":"Vm"}')).toBe(hresult(0x80070003));
      expect(functions.HcsInitializeLegacyWritableLayer.now(volume, volumeLayer, chainOf(base), null)).toBe(0);
      expect(functions.HcsInitializeLegacyWritableLayer.now(volume, volumeLayer, chainOf(base), null)).toBe(hresult(0x800700b7));
      disks.detach(disk);
    });
  });

  it('computestorage.dll refuse chains and documents that are wrong', () => {
    const [base, other] = [baseLayer('base'), baseLayer('other')];
    const [layer, transport] = [join(folder, 'layer'), join(folder, 'transport')];
    for (const made of [layer, join(transport, 'Files'), join(transport, 'Hives')]) mkdirSync(made, { recursive: true });
    const importOver = (data: string): number => functions.HcsImportLayer.now(layer, transport, data);
    expect(importOver('{"SchemaVersion":{"Major":2,"Minor":1},"Layers":')).toBe(hresult(0x8037010d));
    expect(importOver(chainOf(base).replace('"Layers"', '"Layer"'))).toBe(hresult(0x8037010d));
    expect(importOver(chainOf(base).replace('00000000-', 'x-'))).toBe(hresult(0x8037010d));
    expect(importOver(chainOf())).toBe(invalidArgument);
    expect(importOver(chainOf('relative'))).toBe(invalidArgument);
    expect(importOver(chainOf(join(folder, 'missing')))).toBe(hresult(0x80070003));
    expect(importOver(chainOf(base, other))).toBe(hresult(0x80370112));
    expect(importOver(chainOf(base))).toBe(0);
    // Nearest first: a base layer is the last, and only the last.
    expect(functions.HcsImportLayer.now(join(folder, 'transport'), transport, chainOf(base, layer))).toBe(hresult(0x80370112));
  });

  it('virtdisk.dll make, open, attach and detach disks, which go with the handle unless they shall stay', async () => {
    withDisk('one.vhdx', (disk, path) => {
      expect(readFileSync(path).toString('latin1', 0, 8)).toBe('vhdxfile');
      expect(disks.physicalPath(disk)).toBeUndefined();
      expect(functions.HcsFormatWritableLayerVhd.now(disk)).toBe(0);
      disks.attach(disk, attachFlags.noDriveLetter);
      expect(disks.physicalPath(disk)).toMatch(/PhysicalDrive[0-9]+$/);
      const second = disks.open(path);
      expect(() => disks.attach(second, 0)).toThrow('AttachVirtualDisk failed with 32');
      files.close(second);
      expect(() => disks.create(path, { sizeBytes: 64 * 1024 ** 2 })).toThrow('CreateVirtualDisk failed with 80');
      expect(() => disks.create(join(folder, 'child.vhdx'), { parent: join(folder, 'none.vhdx') })).toThrow('CreateVirtualDisk failed with 3225026573');
      files.close(disks.create(join(folder, 'child.vhdx'), { parent: path }));
    });
    // The handle that attached it is closed.
    expect(await storage.simulator().counts()).toMatchObject({ disks: 0 });
    const kept = disks.open(join(folder, 'one.vhdx'));
    disks.attach(kept, attachFlags.permanentLifetime);
    files.close(kept);
    expect(await storage.simulator().counts()).toMatchObject({ disks: 1, diskHandles: 0 });
    const again = disks.open(join(folder, 'one.vhdx'));
    disks.detach(again);
    files.close(again);
    writeFileSync(join(folder, 'junk.vhdx'), 'no disk');
    expect(() => disks.open(join(folder, 'junk.vhdx'))).toThrow('OpenVirtualDisk failed with 1392');
    expect(virtDiskFunctions).toEqual(['CreateVirtualDisk', 'OpenVirtualDisk', 'AttachVirtualDisk', 'DetachVirtualDisk', 'GetVirtualDiskPhysicalPath']);
  });

  it('kernel32.dll restore a file with all that Windows keeps of it, and read it again', () => {
    const security = new WindowsSecurity(storage.libraries().security, storage.libraries().kernel, files);
    expect(security.enablePrivileges(['SeBackupPrivilege', 'SeRestorePrivilege'])).toBe(true);
    expect(() => security.enablePrivileges(['SeMadeUpPrivilege'])).toThrow('LookupPrivilegeValueW failed with 1313');
    const descriptor = security.descriptorOf('O:BAG:BA');
    expect(descriptor.readUInt8(0)).toBe(1);
    expect(() => security.descriptorOf('nonsense')).toThrow('failed with 1336');
    const stream = (kind: number, content: Buffer, name = ''): Buffer => {
      const header = Buffer.alloc(20);
      header.writeUInt32LE(kind, 0);
      header.writeBigUInt64LE(BigInt(content.length), 8);
      header.writeUInt32LE(name.length * 2, 16);
      return Buffer.concat([header, Buffer.from(name, 'utf16le'), content]);
    };
    const whole = Buffer.concat([stream(3, descriptor), stream(1, Buffer.from('content')), stream(4, Buffer.from('zone'), ':Zone:$DATA')]);
    const path = join(folder, 'file');
    const file = files.open(path, 'restore', 'make');
    expect(() => files.open(path, 'restore', 'make')).toThrow('CreateFileW failed with 80');
    const information = { created: 131_000_000_000_000_000n, accessed: 132_000_000_000_000_000n, written: 133_000_000_000_000_000n, changed: 0n, attributes: 0x22 };
    files.setBasicInformation(file, information);
    const context: Out<Pointer> = [null];
    for (let at = 0; at < whole.length; at += 7) files.restore(file, whole.subarray(at, at + 7), true, context);
    files.end(file, 'restore', context);
    // Set before the content, the time is still as it was set.
    expect(files.basicInformation(file)).toMatchObject({ created: information.created, accessed: information.accessed, written: information.written, attributes: 0x22 });
    files.close(file);
    expect(readFileSync(path, 'utf8')).toBe('content');
    const read = files.open(path, 'read');
    const pieces: Buffer[] = [];
    const buffer = Buffer.alloc(11);
    for (let count = files.backUp(read, buffer, true, context); count > 0; count = files.backUp(read, buffer, true, context)) pieces.push(Buffer.from(buffer.subarray(0, count)));
    files.end(read, 'backUp', context);
    files.close(read);
    expect(Buffer.concat(pieces)).toEqual(whole);
    expect(() => { files.close(read); }).toThrow('CloseHandle failed with 6');
    files.flushVolume(folder);
    expect(securityFunctions).toHaveLength(4);
  });

  it('kernel32.dll show a volume in a folder', () => {
    withDisk('one.vhdx', (disk) => {
      expect(functions.HcsFormatWritableLayerVhd.now(disk)).toBe(0);
      disks.attach(disk, 0);
      const [volume, place] = [volumeOf(disk), join(folder, 'place')];
      mkdirSync(place);
      expect(files.volumeAt(place)).toBeUndefined();
      files.mountVolume(place, volume);
      expect(files.volumeAt(place)).toBe(`${volume}/`);
      writeFileSync(join(volume, 'seen'), '');
      expect(readdirSync(place)).toEqual(['seen']);
      expect(files.unmountVolume(place)).toBe(true);
      expect(files.unmountVolume(place)).toBe(false);
      expect(readdirSync(place)).toEqual([]);
      disks.detach(disk);
    });
    expect(fileFunctions).toEqual(['CreateFileW', 'CloseHandle', 'BackupRead', 'BackupWrite', 'SetFileInformationByHandle', 'GetFileInformationByHandleEx', 'FlushFileBuffers', 'GetVolumePathNameW', 'GetVolumeNameForVolumeMountPointW', 'SetVolumeMountPointW', 'DeleteVolumeMountPointW', 'LocalFree', 'GetLastError']);
  });

  it('a library that is missing, or lacks a function, say which', () => {
    expect(() => bindComputeStorage(join(folder, 'none.dll')).HcsDestroyLayer.now('x')).toThrow(MissingFunction);
    expect(() => bindComputeStorage('libc.so.6').HcsSetupBaseOSVolume.now('x', 'y', '{}')).toThrow('libc.so.6 has no HcsSetupBaseOSVolume');
  });

  it('computestorage.dll were called by the tests above, every one of them', () => {
    expect([...called].toSorted()).toEqual([...computeStorageFunctions].toSorted());
  });
});
