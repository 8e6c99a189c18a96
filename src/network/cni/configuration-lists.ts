import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrno } from '../../base/index.ts';
import type { ForeignNetwork } from '../../core/index.ts';
import { findPlugin } from './plugin.ts';

/** A plugin's part of a list, as the file has it (CNI specification 1.0, section 1). */
export interface PluginConfig {
  readonly type: string;
  readonly capabilities?: Readonly<Record<string, boolean>>;
  readonly ipam?: { readonly type?: string };
}

export interface ConfigurationList {
  readonly cniVersion: string;
  readonly name: string;
  readonly disableCheck?: boolean;
  readonly plugins: readonly PluginConfig[];
}

export interface FoundList {
  readonly network: ForeignNetwork;
  /** Undefined where the network has a problem. */
  readonly list: ConfigurationList | undefined;
}

/** More than any list needs; a file is read whole. */
const longestFile = 1 << 20;
/** The specification's: plugins make paths of it. */
const namePattern = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/;
/** Words that mean something else wherever a network is named. */
const reservedNames: ReadonlySet<string> = new Set(['none', 'host', 'default', 'nat', 'container']);
/** A plugin is named, never a path to one. */
const typePattern = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;
/** Results of older versions have another form. */
const versionPattern = /^(0\.[34]\.\d+|1\.\d+\.\d+)$/;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

const capabilitiesOf = (plugins: readonly PluginConfig[]): readonly string[] =>
  [...new Set(plugins.flatMap(({ capabilities }) => (isObject(capabilities) ? Object.keys(capabilities).filter((name) => capabilities[name] === true) : [])))].sort();

const problemOf = (content: unknown): string | undefined => {
  if (!isObject(content)) return 'it is no JSON object';
  const { name, cniVersion, plugins } = content;
  if (typeof name !== 'string' || !namePattern.test(name)) return 'its name must be 1 to 128 letters, digits, dots, underscores and hyphens, and begin with a letter or digit';
  if (reservedNames.has(name.toLowerCase()) || /^[0-9a-f]{64}$/.test(name)) return `the name '${name}' has a meaning of its own; give it another`;
  if (typeof cniVersion !== 'string' || !versionPattern.test(cniVersion)) return 'its cniVersion must be 0.3.0 or later, and before 2.0.0';
  if (!Array.isArray(plugins) || plugins.length === 0) return 'it lists no plugins';
  for (const plugin of plugins as readonly unknown[]) {
    const { type, ipam } = isObject(plugin) ? plugin : {};
    for (const wanted of [type, ...(isObject(ipam) ? [ipam['type']] : [])]) {
      if (typeof wanted !== 'string' || !typePattern.test(wanted)) return 'the type of a plugin must be the name of one';
      if (findPlugin(wanted) === undefined) return `the plugin ${wanted} is not installed; install it, for those of the reference: apt-get install containernetworking-plugins`;
    }
  }
  return undefined;
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** What a file that cannot be used seems to call its network, for whoever asks for it by that name. */
const guessedName = (text: string, fileName: string): string => {
  const [, name = ''] = /"name"\s*:\s*"([^"]*)"/.exec(text) ?? [];
  return namePattern.test(name) && !reservedNames.has(name.toLowerCase()) ? name : fileName;
};

const readList = async (folder: string, fileName: string): Promise<FoundList | undefined> => {
  const file = join(folder, fileName);
  const broken = (problem: string, changedAt: Date, name = fileName): FoundList => ({ network: { name, file, plugins: [], capabilities: [], changedAt, problem }, list: undefined });
  try {
    const { size, mtime, uid, mode, ...entry } = await stat(file).then((found) => ({ size: found.size, mtime: found.mtime, uid: found.uid, mode: found.mode, isFile: found.isFile() }));
    if (!entry.isFile) return broken('it is no file', mtime);
    // Its plugins run with all rights.
    if (uid !== 0 || (mode & 0o022) !== 0) return broken('somebody other than root can write to it; chown root and chmod go-w it', mtime);
    if (size > longestFile) return broken('it is larger than 1 MiB', mtime);
    const text = await readFile(file, 'utf8');
    const content = parsed(text);
    const problem = content === undefined ? 'it is no valid JSON' : problemOf(content);
    if (problem !== undefined) return broken(problem, mtime, guessedName(text, fileName));
    const list = content as ConfigurationList;
    return { network: { name: list.name, file, plugins: list.plugins.map(({ type }) => type), capabilities: capabilitiesOf(list.plugins), changedAt: mtime, problem: undefined }, list };
  } catch (error) {
    // Removed, or a link to nothing.
    if (hasErrno(error, 'ENOENT')) return undefined;
    return broken(error instanceof Error ? error.message : String(error), new Date(0));
  }
};

/** The configuration lists of a folder in the order of their files' names; each tells what is wrong with it. */
export const readConfigurationLists = async (folder: string): Promise<readonly FoundList[]> => {
  const names = await readdir(folder).catch((error: unknown) => {
    if (hasErrno(error, 'ENOENT') || hasErrno(error, 'ENOTDIR')) return [];
    throw error;
  });
  const found = (await Promise.all(names.filter((name) => name.endsWith('.conflist')).sort().map((name) => readList(folder, name)))).filter((list) => list !== undefined);
  return found.map((one) => {
    const twin = found.find((other) => other !== one && other.network.name.toLowerCase() === one.network.name.toLowerCase());
    if (twin === undefined || one.network.problem !== undefined) return one;
    return { network: { ...one.network, problem: `${twin.network.file} has the name '${twin.network.name}' too; rename or remove one of them` }, list: undefined };
  });
};
