import { execFileSync } from 'node:child_process';
import { createWriteStream, readFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';

const busybox = '/bin/busybox';

export const page = '<!doctype html>\n<title>Silo</title>\n<p>Served from a container that Silo runs.</p>\n';

/** Whether a program needs no shared library: its ELF header names no interpreter (PT_INTERP, elf(5)). */
const isStatic = (program: Buffer): boolean => {
  const offset = Number(program.readBigUInt64LE(32));
  const [size, count] = [program.readUInt16LE(54), program.readUInt16LE(56)];
  for (let index = 0; index < count; index += 1) if (program.readUInt32LE(offset + index * size) === 3) return false;
  return true;
};

/**
 * Writes the tar of a small but real root file system: busybox from the distribution with its commands
 * as links, users, and a page to serve.
 */
export const writeRootFileSystem = async (path: string): Promise<{ readonly commands: number }> => {
  const program = readFileSync(busybox);
  if (!isStatic(program)) throw new Error(`${busybox} needs shared libraries; install the package busybox-static`);
  const commands = execFileSync(busybox, ['--list'], { encoding: 'utf8' }).split('\n').filter((name) => name !== '' && name !== 'busybox');

  const tar = pack();
  const folder = (name: string, mode = 0o755): void => { tar.entry({ name, type: 'directory', mode }); };
  const file = (name: string, content: string | Buffer, mode = 0o644): void => { tar.entry({ name, mode }, content); };
  for (const name of ['bin', 'dev', 'etc', 'proc', 'sys', 'var', 'www']) folder(name);
  folder('root', 0o700);
  folder('tmp', 0o1777);
  file('bin/busybox', program, 0o755);
  for (const name of commands) tar.entry({ name: `bin/${name}`, type: 'symlink', linkname: 'busybox' });
  file('etc/passwd', 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n');
  file('etc/group', 'root:x:0:\nnogroup:x:65534:\n');
  file('www/index.html', page);
  tar.finalize();
  await pipeline(tar, createWriteStream(path));
  return { commands: commands.length };
};
