import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DynamicLibrary, koffi, type Pointer } from '../../native/dynamic-library.ts';
import { simulatedStorage, whyNoSimulatedLayers } from '../conformance/wclayer-host.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';

const signed = (code: number): number => code | 0;
const letters = (text: string): Pointer => {
  const address = koffi().alloc('uint16_t', text.length + 1) as Pointer;
  koffi().encode(address, 'uint16_t', Array.from({ length: text.length + 1 }, (_, index) => (index < text.length ? text.charCodeAt(index) : 0)), text.length + 1);
  return address;
};

/** As hcsshim uses them (internal/wclayer); Silo itself does not. */
describe.skipIf(skipReason('the layer functions of vmcompute.dll', whyNoSimulatedLayers()))('the layer functions of vmcompute.dll', () => {
  const storage = simulatedStorage();
  let folder: string;
  let driver: Buffer;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'silo-legacy-'));
    // DriverInfo: flavour 1, no home.
    driver = Buffer.alloc(16);
    driver.writeUInt32LE(1, 0);
    driver.writeBigUInt64LE(letters(''), 8);
  });
  afterEach(async () => {
    await storage.expectNothingHeld();
    rmSync(folder, { recursive: true, force: true });
  });

  const call = (name: string, parameters: string, ...args: readonly unknown[]): number => {
    const library = new DynamicLibrary(join(dirname(storage.libraries().computeStorage), 'vmcompute.so'));
    return library.bind<(...given: unknown[]) => number>(`int32_t ${name}(${parameters})`, 0).now(...args);
  };
  const onLayer = (name: string, layer: string): number => call(name, 'uint8_t *driver, const char16_t *id', driver, layer);
  /** WC_LAYER_DESCRIPTOR of each, nearest parent first. */
  const chain = (...paths: readonly string[]): Buffer => Buffer.concat(paths.map((path, index) => {
    const descriptor = Buffer.alloc(32);
    descriptor.writeUInt32LE(index + 1, 0);
    descriptor.writeBigUInt64LE(letters(path), 24);
    return descriptor;
  }));
  const onChain = (name: string, layer: string, folderName: string | undefined, ...paths: readonly string[]): number =>
    call(name, `uint8_t *driver, const char16_t *id, ${folderName === undefined ? '' : 'const char16_t *folder, '}uint8_t *layers, uint32_t count`, driver, layer, ...(folderName === undefined ? [] : [folderName]), chain(...paths), paths.length);
  const mountPath = (layer: string): string => {
    const length: [number] = [0];
    const parameters = 'uint8_t *driver, const char16_t *id, _Inout_ uintptr_t *length, _Out_ uint8_t *buffer';
    expect(call('GetLayerMountPath', parameters, driver, layer, length, null)).toBe(0);
    const buffer = Buffer.alloc(length[0] * 2);
    expect(call('GetLayerMountPath', parameters, driver, layer, length, buffer)).toBe(0);
    return buffer.toString('utf16le').replace(/\0.*$/s, '');
  };

  it('carry a writable layer from its making to its export', () => {
    const [base, scratch, exported] = [join(folder, 'base'), join(folder, 'scratch'), join(folder, 'exported')];
    mkdirSync(join(base, 'Files/Windows/System32/config'), { recursive: true });
    mkdirSync(exported);
    for (const hive of ['DEFAULT', 'SAM', 'SECURITY', 'SOFTWARE', 'SYSTEM']) writeFileSync(join(base, 'Files/Windows/System32/config', hive), '');
    writeFileSync(join(base, 'Files/hello'), 'hello');
    expect(call('ProcessBaseImage', 'const char16_t *path', base)).toBe(0);
    expect(call('ProcessUtilityImage', 'const char16_t *path', base)).toBe(signed(0x80070002));
    expect(call('CreateSandboxLayer', 'uint8_t *driver, const char16_t *id, const char16_t *parent, uint8_t *layers, uint32_t count', driver, scratch, null, chain(base), 1)).toBe(0);
    expect(call('ExpandSandboxSize', 'uint8_t *driver, const char16_t *id, uint64_t size', driver, scratch, 40 * 1024 ** 3)).toBe(0);
    expect(onChain('PrepareLayer', scratch, undefined, base)).toBe(signed(0x80070015));
    expect(onLayer('ActivateLayer', scratch)).toBe(0);
    expect(onChain('PrepareLayer', scratch, undefined, base)).toBe(0);
    const volume = mountPath(scratch);
    expect(readFileSync(join(volume, 'hello'), 'utf8')).toBe('hello');
    writeFileSync(join(volume, 'mine'), 'mine');
    expect(onLayer('UnprepareLayer', scratch)).toBe(0);
    expect(onChain('ExportLayer', scratch, exported, base)).toBe(0);
    expect(readdirSync(join(exported, 'Files'))).toEqual(['mine']);
    expect(onLayer('DeactivateLayer', scratch)).toBe(0);
    expect(onLayer('DestroyLayer', scratch)).toBe(0);
    const there: [number] = [9];
    expect(call('LayerExists', 'uint8_t *driver, const char16_t *id, _Out_ uint32_t *there', driver, scratch, there)).toBe(0);
    expect(there).toEqual([0]);
  });

  it('import a layer over its parent, and give a name the same GUID each time', () => {
    const [base, layer, transport] = [join(folder, 'base'), join(folder, 'layer'), join(folder, 'transport')];
    mkdirSync(join(base, 'Files/Windows/System32/config'), { recursive: true });
    for (const hive of ['DEFAULT', 'SAM', 'SECURITY', 'SOFTWARE', 'SYSTEM']) writeFileSync(join(base, 'Files/Windows/System32/config', hive), '');
    expect(call('ProcessBaseImage', 'const char16_t *path', base)).toBe(0);
    for (const area of ['Files', 'Hives']) mkdirSync(join(transport, area), { recursive: true });
    expect(call('CreateLayer', 'uint8_t *driver, const char16_t *id, const char16_t *parent', driver, layer, 'base')).toBe(0);
    expect(onChain('ImportLayer', layer, transport, base)).toBe(0);
    expect(readdirSync(join(layer, 'Files'))).toEqual(['Windows']);
    const [first, second, other] = ['a', 'a', 'b'].map((name) => {
      const guid = Buffer.alloc(16);
      expect(call('NameToGuid', 'const char16_t *name, _Out_ uint8_t *guid', name, guid)).toBe(0);
      return guid.toString('hex');
    });
    expect(first).toBe(second);
    expect(first).not.toBe(other);
  });
});
