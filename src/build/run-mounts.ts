import { dockerfileInvalid } from './dockerfile-invalid.ts';

/** `RUN --mount=…`; texts with variables not yet replaced. */
export interface RunMount {
  readonly type: 'bind' | 'cache' | 'tmpfs' | 'secret';
  readonly target: string | undefined;
  readonly source: string | undefined;
  /** Stage or image; undefined means the context (bind) or nothing (cache). */
  readonly from: string | undefined;
  readonly readOnly: boolean;
  readonly id: string | undefined;
  readonly sharing: 'shared' | 'private' | 'locked';
  readonly required: boolean;
  readonly mode: number | undefined;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number | undefined;
}

const options: Readonly<Record<RunMount['type'], readonly string[]>> = {
  bind: ['source', 'target', 'from', 'readonly'],
  cache: ['id', 'target', 'readonly', 'sharing', 'mode', 'uid', 'gid'],
  tmpfs: ['target', 'size'],
  secret: ['id', 'target', 'required', 'mode', 'uid', 'gid'],
};
const aliases: Readonly<Record<string, string>> = { src: 'source', dst: 'target', destination: 'target', ro: 'readonly', rw: 'readwrite' };

/** @throws SiloError DockerfileInvalid */
export const parseRunMount = (text: string, line: number): RunMount => {
  const fail = (reason: string): never => { throw dockerfileInvalid(line, `--mount=${text.slice(0, 80)}: ${reason}`); };
  const given = new Map<string, string>();
  for (const part of text.replaceAll(/^["']|["']$/g, '').split(',')) {
    const equals = part.indexOf('=');
    const name = (equals < 0 ? part : part.slice(0, equals)).trim().toLowerCase();
    given.set(aliases[name] ?? name, equals < 0 ? 'true' : part.slice(equals + 1));
  }
  const type = given.get('type') ?? 'bind';
  if (type === 'ssh') return fail('mounts of type ssh are not supported');
  if (!Object.hasOwn(options, type)) return fail(`there is no type '${type}'`);
  const known = type as RunMount['type'];
  for (const name of given.keys()) {
    const base = name === 'readwrite' ? 'readonly' : name;
    if (name === 'type' || options[known].includes(base)) continue;
    if (name === 'env' && known === 'secret') return fail('secrets as variables are not supported; use target');
    if (['from', 'source'].includes(name) && known === 'cache') return fail('caches that begin with content are not supported');
    return fail(`'${name}' is no option of ${known}`);
  }
  const flag = (name: string): boolean | undefined => {
    const value = given.get(name);
    return value === undefined ? undefined : /^(?:true|1|yes)$/i.test(value) ? true : /^(?:false|0|no)$/i.test(value) ? false : fail(`${name} is true or false`);
  };
  const number = (name: string, pattern: RegExp, base: number): number | undefined => {
    const value = given.get(name);
    return value === undefined ? undefined : pattern.test(value) ? Number.parseInt(value, base) : fail(`${name} is no number that it could be`);
  };
  const sharing = given.get('sharing') ?? 'shared';
  if (!['shared', 'private', 'locked'].includes(sharing)) return fail('sharing is shared, private or locked');
  const target = given.get('target') || undefined;
  const id = given.get('id') || undefined;
  if (target === undefined && known !== 'secret') return fail('target is missing');
  if (known === 'secret' && id === undefined && target === undefined) return fail('id is missing');
  const size = given.get('size');
  const sizeMatch = size === undefined ? undefined : /^(\d{1,12})([kmgt]?)(?:i?b)?$/i.exec(size) ?? fail('size is a number of bytes');
  return {
    type: known,
    target,
    source: given.get('source') || undefined,
    from: given.get('from') || undefined,
    readOnly: flag('readonly') ?? (flag('readwrite') === undefined ? known === 'bind' : flag('readwrite') === false),
    id,
    sharing: sharing as RunMount['sharing'],
    required: flag('required') ?? false,
    mode: number('mode', /^0?[0-7]{1,4}$/, 8),
    uid: number('uid', /^\d{1,9}$/, 10) ?? 0,
    gid: number('gid', /^\d{1,9}$/, 10) ?? 0,
    sizeBytes: sizeMatch === undefined ? undefined : Number(sizeMatch[1]) * 1024 ** ['', 'k', 'm', 'g', 't'].indexOf((sizeMatch[2] ?? '').toLowerCase()),
  };
};
