const footerBytes = 512;
const checksumAt = 64;

/** Cylinders, heads and sectors of a track as they are computed for disks of this size (Virtual Hard Disk Image Format Specification, "CHS Calculation"). */
const geometry = (sizeBytes: number): { readonly cylinders: number; readonly heads: number; readonly sectors: number } => {
  const total = Math.min(Math.floor(sizeBytes / 512), 65_535 * 16 * 255);
  if (total >= 65_535 * 16 * 63) return { cylinders: Math.floor(total / 255 / 16), heads: 16, sectors: 255 };
  let sectors = 17;
  let tracks = Math.floor(total / sectors);
  let heads = Math.max(Math.floor((tracks + 1023) / 1024), 4);
  if (tracks >= heads * 1024 || heads > 16) [sectors, heads, tracks] = [31, 16, Math.floor(total / 31)];
  if (tracks >= heads * 1024) [sectors, heads, tracks] = [63, 16, Math.floor(total / 63)];
  return { cylinders: Math.floor(tracks / heads), heads, sectors };
};

/** What makes a raw image a fixed VHD, behind its last byte. `id`: 16 bytes. Its time is 2000, so that the same image stays the same bytes. */
export const vhdFooter = (sizeBytes: number, id: Uint8Array): Buffer => {
  const footer = Buffer.alloc(footerBytes);
  const { cylinders, heads, sectors } = geometry(sizeBytes);
  footer.write('conectix', 0, 'latin1');
  footer.writeUInt32BE(2, 8);
  footer.writeUInt32BE(0x10000, 12);
  footer.fill(0xff, 16, 24);
  footer.write('silo', 28, 'latin1');
  footer.writeUInt32BE(0x10000, 32);
  footer.write('Wi2k', 36, 'latin1');
  footer.writeBigUInt64BE(BigInt(sizeBytes), 40);
  footer.writeBigUInt64BE(BigInt(sizeBytes), 48);
  footer.writeUInt16BE(cylinders, 56);
  footer.writeUInt8(heads, 58);
  footer.writeUInt8(sectors, 59);
  // A fixed disk.
  footer.writeUInt32BE(2, 60);
  footer.set(id, 68);
  let sum = 0;
  for (const byte of footer) sum += byte;
  footer.writeUInt32BE(~sum >>> 0, checksumAt);
  return footer;
};
