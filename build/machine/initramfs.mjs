import { readFileSync } from 'node:fs';
import { readModule } from './kernel-module.mjs';

const paddingTo = (length, unit) => Buffer.alloc((unit - (length % unit)) % unit);

/** One file of a cpio archive in its `newc` form (Documentation/driver-api/early-userspace/buffer-format.rst). */
const entry = (name, mode, content = Buffer.alloc(0), device = [0, 0]) => {
  const numbers = [0, mode, 0, 0, 1, 0, content.length, 0, 0, ...device, name.length + 1, 0];
  const header = Buffer.from(`070701${numbers.map((number) => number.toString(16).padStart(8, '0')).join('')}${name}\0`);
  return Buffer.concat([header, paddingTo(header.length, 4), content, paddingTo(content.length, 4)]);
};

const folderMode = 0o40755;
const programMode = 0o100755;
const fileMode = 0o100644;
const consoleMode = 0o20600;

/** The modules that a module wants before it, from its own section .modinfo. */
const dependenciesOf = (path) => /(?:^|\0)depends=([^\0]*)\0/.exec(readFileSync(path, 'latin1'))?.[1].split(',').filter(Boolean) ?? [];

/** Those modules with all that they need, each behind what it needs. `files`: paths by names. */
/** @param {readonly string[]} names @param {ReadonlyMap<string, string>} files @param {string[]} found @returns {string[]} */
const inOrder = (names, files, found = []) => {
  for (const name of names) {
    const path = files.get(name);
    if (path === undefined) throw new Error(`the kernel has no module ${name}`);
    if (found.includes(name)) continue;
    inOrder(dependenciesOf(path).map((one) => one.replaceAll('-', '_')), files, found);
    found.push(name);
  }
  return found;
};

/**
 * An initramfs with the agent as its first process, and the kernel's modules for `lists`: names of modules by the
 * name of the list that the agent loads them by, `boot` before all others. It is not packed: an emulated processor unpacks slowly.
 */
export const makeInitramfs = ({ agent, moduleFiles, lists }) => {
  const boot = inOrder(lists.boot, moduleFiles);
  const ordered = Object.entries(lists).map(([list, names]) => ({ list, names: list === 'boot' ? boot : inOrder(names, moduleFiles).filter((name) => !boot.includes(name)) }));
  const modules = [...new Set(ordered.flatMap(({ names }) => names))];
  return Buffer.concat([
    entry('dev', folderMode),
    entry('dev/console', consoleMode, undefined, [5, 1]),
    entry('modules', folderMode),
    ...ordered.map(({ list, names }) => entry(`modules/${list}`, fileMode, Buffer.from(`${names.join('\n')}\n`))),
    ...modules.map((name) => entry(`modules/${name}.ko`, fileMode, readModule(moduleFiles.get(name)))),
    entry('init', programMode, readFileSync(agent)),
    entry('TRAILER!!!', 0),
  ]);
};

/** An initramfs that has nothing but its first process. */
export const makeBareInitramfs = (program) => Buffer.concat([entry('dev', folderMode), entry('dev/console', consoleMode, undefined, [5, 1]), entry('init', programMode, readFileSync(program)), entry('TRAILER!!!', 0)]);
