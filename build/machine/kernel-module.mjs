import { readFileSync } from 'node:fs';

const signatureMark = Buffer.from('~Module signature appended~\n');
/** Length of `struct module_signature` (include/linux/module_signature.h), whose last number is the signature's. */
const signatureHeader = 12;

const withoutSignature = (content) => {
  if (!content.subarray(-signatureMark.length).equals(signatureMark)) return content;
  const end = content.length - signatureMark.length;
  return content.subarray(0, end - signatureHeader - content.readUInt32BE(end - 4));
};

/**
 * Tables that are for debuggers and tracers alone. The kernel sorts those of the unwinder and of tracing when it
 * loads a module, which an emulated processor takes longer for than for all the rest.
 */
const unread = /^(\.orc_unwind|\.orc_unwind_ip|__mcount_loc|\.BTF|\.comment|\.debug_.*)$/;

/** Offsets of fields of an ELF file for 64 bits, and of its section headers (elf(5)). */
const elf = { sectionHeaders: 0x28, headerSize: 0x3a, headerCount: 0x3c, nameIndex: 0x3e };
const section = { name: 0, type: 4, flags: 8, offset: 24, size: 32, info: 44, alignment: 48 };
const types = { nothing: 0, relocations: 4, noBytes: 8 };

/** Those sections stay as headers of nothing, so that no number of a section changes; the rest moves together. */
const withoutTables = (content) => {
  const [size, count] = [content.readUInt16LE(elf.headerSize), content.readUInt16LE(elf.headerCount)];
  const first = Number(content.readBigUInt64LE(elf.sectionHeaders));
  const headers = Array.from({ length: count }, (_, index) => Buffer.from(content.subarray(first + index * size, first + (index + 1) * size)));
  const names = Number(headers[content.readUInt16LE(elf.nameIndex)].readBigUInt64LE(section.offset));
  const nameOf = (header) => {
    const start = names + header.readUInt32LE(section.name);
    return content.toString('latin1', start, content.indexOf(0, start));
  };
  const dropped = headers.map((header) => unread.test(nameOf(header)));
  const pieces = [Buffer.from(content.subarray(0, 64))];
  let end = 64;
  const add = (bytes, alignment) => {
    const padding = (alignment - (end % alignment)) % alignment;
    pieces.push(Buffer.alloc(padding), bytes);
    const at = end + padding;
    end = at + bytes.length;
    return at;
  };
  for (const [index, header] of headers.entries()) {
    const type = header.readUInt32LE(section.type);
    if (dropped[index] || (type === types.relocations && dropped[header.readUInt32LE(section.info)])) header.fill(0, section.type);
    else if (type !== types.nothing && type !== types.noBytes) {
      const [from, length] = [Number(header.readBigUInt64LE(section.offset)), Number(header.readBigUInt64LE(section.size))];
      header.writeBigUInt64LE(BigInt(add(content.subarray(from, from + length), Math.max(1, Number(header.readBigUInt64LE(section.alignment))))), section.offset);
    }
  }
  pieces[0].writeBigUInt64LE(BigInt(add(Buffer.concat(headers), 8)), elf.sectionHeaders);
  return Buffer.concat(pieces);
};

/**
 * A module as a utility VM loads it: without the signature behind it, which an emulated processor takes long to
 * check and which says no more than where the kernel comes from, and without tables that nobody reads there.
 */
export const readModule = (path) => withoutTables(withoutSignature(readFileSync(path)));
