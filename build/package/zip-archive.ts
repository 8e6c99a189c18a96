import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { promisify } from 'node:util';
import { crc32, deflateRaw } from 'node:zlib';

const deflate = promisify(deflateRaw);

export interface ZipEntry {
  /** Path within the archive, with slashes. */
  readonly name: string;
  /** File that it is read from. */
  readonly file: string;
  /** Permission bits of a regular file, for systems that have such. */
  readonly mode: number;
}

/** Year 1980 to 2107, two seconds apart, as MS-DOS has it; of UTC, so that no time zone changes a byte. */
const dosTime = (seconds: number): { readonly date: number; readonly time: number } => {
  const at = new Date(Math.max(seconds, 315_532_800) * 1000);
  return {
    date: ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate(),
    time: (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1),
  };
};

/** Version 2.0 of the format, by a Unix system: the mode stands in the upper half of the external attributes. */
const madeBy = (3 << 8) | 20;
const utf8Names = 1 << 11;
const deflated = 8;

/**
 * Writes entries in the order given. The same files and the same `seconds` (since 1970) make the same bytes, whatever
 * machine, user and time it is. For archives below 4 GiB with fewer than 65,536 entries (APPNOTE.TXT 6.3.10 without Zip64).
 */
export const writeZip = async (target: string, entries: readonly ZipEntry[], seconds: number): Promise<void> => {
  const out = createWriteStream(target);
  const write = async (buffer: Buffer): Promise<void> => { if (!out.write(buffer)) await once(out, 'drain'); };
  const { date, time } = dosTime(seconds);
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, file, mode } of entries) {
    const content = await readFile(file);
    const body = await deflate(content, { level: 9 });
    const nameBytes = Buffer.from(name, 'utf8');
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(utf8Names, 2);
    shared.writeUInt16LE(deflated, 4);
    shared.writeUInt16LE(time, 6);
    shared.writeUInt16LE(date, 8);
    shared.writeUInt32LE(crc32(content), 10);
    shared.writeUInt32LE(body.length, 14);
    shared.writeUInt32LE(content.length, 18);
    shared.writeUInt16LE(nameBytes.length, 22);
    await write(Buffer.concat([Buffer.from([0x50, 0x4b, 3, 4]), shared, nameBytes]));
    await write(body);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(((0o100000 | mode) << 16) >>> 0, 6);
    tail.writeUInt32LE(offset, 10);
    const head = Buffer.from([0x50, 0x4b, 1, 2, 0, 0]);
    head.writeUInt16LE(madeBy, 4);
    directory.push(Buffer.concat([head, shared, tail, nameBytes]));
    offset += 30 + nameBytes.length + body.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(offset, 16);
  await write(listed);
  out.end(end);
  await finished(out);
};
