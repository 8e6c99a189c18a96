/**
 * koffi declaration of the one function of vmcompute.dll that Silo calls: NameToGuid (undocumented; as hcsshim
 * declares it in internal/wclayer/nametoguid.go; Windows Server 2016 and later; 64-bit). It only touches the
 * caller's memory. src/adr/0036-windows-bundles.md says why it is called, and by whom.
 */
import { DynamicLibrary, type BoundFunction } from './dynamic-library.ts';

const firstBuild = 14393;

/** The GUID that Windows gives a layer's folder of this name. Nothing is kept; no handle is opened. @throws MissingFunction */
export const nameToGuid = (library: string, name: string): string => {
  const call: BoundFunction<(name: string, guid: Uint8Array) => number> = new DynamicLibrary(library).bind('int32_t NameToGuid(const char16_t *name, _Out_ uint8_t *guid)', firstBuild);
  const guid = Buffer.alloc(16);
  const hresult = call.now(name, guid);
  if (hresult < 0) throw new RangeError(`NameToGuid failed with 0x${(hresult >>> 0).toString(16)}`);
  // The first three numbers are little-endian.
  guid.subarray(0, 4).reverse();
  guid.subarray(4, 6).reverse();
  guid.subarray(6, 8).reverse();
  return guid.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};
