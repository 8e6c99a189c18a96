import { dockerfileInvalid } from './dockerfile-invalid.ts';
import type { Heredoc, RawInstruction } from './dockerfile-lines.ts';
import { parseRunMount, type RunMount } from './run-mounts.ts';
import { splitWords } from './word-expansion.ts';

interface Placed {
  /** Line of the Dockerfile, counted from 1. */
  readonly line: number;
  /** The instruction as people wrote it, on one line. */
  readonly source: string;
}

/** A command as a list (JSON form), or as text for the shell. */
export type Command = { readonly exec: readonly string[] } | { readonly shell: string };

export interface Assignment { readonly name: string; readonly word: string }

export interface CopyInstruction extends Placed {
  readonly kind: 'copy' | 'add';
  readonly sources: readonly string[];
  readonly heredocs: readonly Heredoc[];
  readonly destination: string;
  readonly from: string | undefined;
  readonly chown: string | undefined;
  readonly chmod: string | undefined;
  readonly excludes: readonly string[];
  readonly keepParents: boolean;
  readonly checksum: string | undefined;
  /** Undefined: archives are unpacked where ADD always did. */
  readonly unpack: boolean | undefined;
}

export interface RunInstruction extends Placed {
  readonly kind: 'run';
  readonly command: Command;
  /** A script with a first line of its own (`#!`), which is run as a file. */
  readonly script: Heredoc | undefined;
  readonly mounts: readonly RunMount[];
  /** Undefined is the network of the build. */
  readonly network: 'none' | 'host' | 'default' | undefined;
}

export interface HealthcheckTest {
  readonly test: readonly string[];
  /** In nanoseconds, as image configurations have them. */
  readonly intervals: Readonly<Record<string, number>>;
}

export interface FromInstruction extends Placed {
  readonly kind: 'from';
  readonly image: string;
  readonly name: string | undefined;
  readonly platform: string | undefined;
}

export interface ArgInstruction extends Placed { readonly kind: 'arg'; readonly items: readonly { readonly name: string; readonly word: string | undefined }[] }

/** One member for each kind, so that a part of them can be taken out. */
type Each<K extends string, T> = K extends string ? Placed & { readonly kind: K } & T : never;

export type StepInstruction =
  | ArgInstruction
  | RunInstruction
  | CopyInstruction
  | Each<'env' | 'label', { readonly pairs: readonly Assignment[] }>
  | Each<'workdir' | 'user' | 'stopsignal' | 'maintainer', { readonly word: string }>
  | Each<'expose' | 'volume', { readonly words: readonly string[] }>
  | Each<'cmd' | 'entrypoint', { readonly command: Command }>
  | Each<'shell', { readonly shell: readonly string[] }>
  | Each<'healthcheck', { readonly check: HealthcheckTest }>
  | Each<'onbuild', { readonly trigger: string }>;

export type Instruction = FromInstruction | StepInstruction;

/** Reads one instruction; variables stay as they are. @throws SiloError DockerfileInvalid */
export const parseInstruction = (raw: RawInstruction, escape: string): Instruction => new InstructionReader(raw, escape).read();

const variableName = /^[A-Za-z_][A-Za-z0-9_.-]*$/;

class InstructionReader {
  readonly #raw: RawInstruction;
  readonly #escape: string;
  readonly #placed: Placed;
  readonly #flags = new Map<string, string[]>();
  /** What follows the flags. */
  readonly #rest: string;

  constructor(raw: RawInstruction, escape: string) {
    this.#raw = raw;
    this.#escape = escape;
    this.#placed = { line: raw.line, source: `${raw.keyword} ${raw.text}`.replaceAll(/\s+/g, ' ').trim() };
    this.#rest = this.#takeFlags();
  }

  read(): Instruction {
    const { keyword } = this.#raw;
    const placed = this.#placed;
    switch (keyword) {
      case 'FROM': return this.#from();
      case 'RUN': return this.#run();
      case 'COPY': return this.#copy('copy');
      case 'ADD': return this.#copy('add');
      case 'ARG': return { ...placed, kind: 'arg', items: this.#args() };
      case 'ENV': return { ...placed, kind: 'env', pairs: this.#pairs(true) };
      case 'LABEL': return { ...placed, kind: 'label', pairs: this.#pairs(false) };
      case 'WORKDIR': return { ...placed, kind: 'workdir', word: this.#one() };
      case 'USER': return { ...placed, kind: 'user', word: this.#one() };
      case 'STOPSIGNAL': return { ...placed, kind: 'stopsignal', word: this.#one() };
      case 'MAINTAINER': return { ...placed, kind: 'maintainer', word: this.#one() };
      case 'EXPOSE': return { ...placed, kind: 'expose', words: this.#some() };
      case 'VOLUME': return { ...placed, kind: 'volume', words: this.#json() ?? this.#some() };
      case 'CMD': return { ...placed, kind: 'cmd', command: this.#command() };
      case 'ENTRYPOINT': return { ...placed, kind: 'entrypoint', command: this.#command() };
      case 'SHELL': return { ...placed, kind: 'shell', shell: this.#shell() };
      case 'HEALTHCHECK': return { ...placed, kind: 'healthcheck', check: this.#healthcheck() };
      case 'ONBUILD': return { ...placed, kind: 'onbuild', trigger: this.#trigger() };
      default: throw this.#fail(`'${keyword.slice(0, 40)}' is no instruction`);
    }
  }

  #takeFlags(): string {
    let { text } = this.#raw;
    for (;;) {
      const match = /^--([a-z][a-z-]*)?/.exec(text);
      if (match === null) return text;
      const word = splitWords(text, this.#escape)[0] ?? '';
      text = text.slice(word.length).trimStart();
      if (word === '--') return text;
      const equals = word.indexOf('=');
      const name = equals < 0 ? word.slice(2) : word.slice(2, equals);
      const values = this.#flags.get(name) ?? [];
      values.push(equals < 0 ? '' : word.slice(equals + 1));
      this.#flags.set(name, values);
    }
  }

  #flag(name: string): string | undefined {
    const values = this.#flags.get(name);
    if (values !== undefined && values.length > 1) throw this.#fail(`--${name} is given twice`);
    if (values?.[0] === '') throw this.#fail(`--${name} needs a value`);
    return values?.[0];
  }

  #switch(name: string): boolean | undefined {
    const value = this.#flags.get(name)?.[0];
    if (value === undefined) return undefined;
    if (value === '' || value === 'true') return true;
    if (value === 'false') return false;
    throw this.#fail(`--${name} is true or false`);
  }

  #allow(...names: readonly string[]): void {
    for (const name of this.#flags.keys()) if (!names.includes(name)) throw this.#fail(`${this.#raw.keyword} has no flag --${name.slice(0, 40)}`);
  }

  #fail(reason: string): Error { return dockerfileInvalid(this.#raw.line, reason); }

  #one(): string {
    this.#allow();
    if (this.#rest === '') throw this.#fail(`${this.#raw.keyword} needs an argument`);
    return this.#rest;
  }

  #some(): readonly string[] {
    this.#allow();
    if (this.#rest === '') throw this.#fail(`${this.#raw.keyword} needs an argument`);
    return this.#rest.split(/\s+/);
  }

  /** The JSON form; undefined for anything that is no JSON, which is text then. */
  #json(text = this.#rest): readonly string[] | undefined {
    if (!text.startsWith('[')) return undefined;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return undefined;
    }
    if (!Array.isArray(value)) return undefined;
    if (!value.every((item) => typeof item === 'string')) throw this.#fail('the JSON form holds something else than texts');
    if (value.some((item) => item.includes('\0'))) throw this.#fail('an argument holds a NUL');
    return value;
  }

  #command(text = this.#rest): Command {
    const exec = this.#json(text);
    return exec === undefined ? { shell: text } : { exec };
  }

  #from(): FromInstruction {
    this.#allow('platform');
    const words = this.#rest.split(/\s+/);
    const [image, as, name] = words;
    if (!image || (words.length !== 1 && (words.length !== 3 || as?.toLowerCase() !== 'as'))) throw this.#fail('it is written FROM image [AS name]');
    if (name !== undefined && !/^[a-z][a-z0-9_.-]*$/.test(name.toLowerCase())) throw this.#fail(`'${name}' cannot be the name of a stage`);
    if (name?.toLowerCase() === 'scratch' || name?.toLowerCase() === 'context') throw this.#fail(`'${name}' is a reserved name`);
    return { ...this.#placed, kind: 'from', image, name: name?.toLowerCase(), platform: this.#flag('platform') };
  }

  #args(): ArgInstruction['items'] {
    this.#allow();
    const words = splitWords(this.#rest, this.#escape);
    if (words.length === 0) throw this.#fail('ARG needs a name');
    return words.map((word) => {
      const equals = word.indexOf('=');
      const name = equals < 0 ? word : word.slice(0, equals);
      if (!variableName.test(name)) throw this.#fail(`'${name.slice(0, 40)}' cannot be the name of an argument`);
      return { name, word: equals < 0 ? undefined : word.slice(equals + 1) };
    });
  }

  #pairs(variables: boolean): readonly Assignment[] {
    this.#allow();
    const words = splitWords(this.#rest, this.#escape);
    const [first] = words;
    if (first === undefined) throw this.#fail(`${this.#raw.keyword} needs a name and a value`);
    const check = (name: string): string => {
      if (name === '') throw this.#fail('a name is empty');
      if (variables && /[\s$"']/.test(name)) throw this.#fail(`'${name.slice(0, 40)}' cannot be the name of a variable`);
      return name;
    };
    // The old form: a name, and all the rest is the value.
    if (!first.includes('=')) {
      const value = this.#rest.slice(first.length).trim();
      if (value === '') throw this.#fail(`${this.#raw.keyword} needs a name and a value`);
      return [{ name: check(first), word: value }];
    }
    return words.map((word) => {
      const equals = word.indexOf('=');
      if (equals < 0) throw this.#fail(`'${word.slice(0, 40)}' has no value: write name=value`);
      return { name: check(word.slice(0, equals)), word: word.slice(equals + 1) };
    });
  }

  #shell(): readonly string[] {
    this.#allow();
    const shell = this.#json();
    if (shell === undefined || shell.length === 0) throw this.#fail('SHELL needs the JSON form');
    return shell;
  }

  #trigger(): string {
    this.#allow();
    const keyword = /^\S*/.exec(this.#rest)?.[0].toUpperCase() ?? '';
    if (keyword === '') throw this.#fail('ONBUILD needs an instruction');
    if (['ONBUILD', 'FROM', 'MAINTAINER'].includes(keyword)) throw this.#fail(`${keyword} cannot be a trigger`);
    const heredoc = this.#raw.heredocText === '' ? '' : `\n${this.#raw.heredocText}`;
    // What is wrong with it is told now, not to whoever builds on the image.
    parseInstruction({ ...this.#raw, keyword, text: this.#rest.slice(keyword.length).trim() }, this.#escape);
    return `${this.#rest}${heredoc}`;
  }

  #run(): RunInstruction {
    this.#allow('mount', 'network', 'security', 'device');
    if (this.#flags.has('device')) throw this.#fail('--device is not supported');
    const network = this.#flag('network');
    if (network !== undefined && !['none', 'host', 'default'].includes(network)) throw this.#fail(`--network is none, host or default, not '${network}'`);
    const security = this.#flag('security');
    if (security !== undefined && security !== 'sandbox') throw this.#fail(`--security=${security} is not supported`);
    const mounts = (this.#flags.get('mount') ?? []).map((text) => parseRunMount(text, this.#raw.line));
    const common = { ...this.#placed, kind: 'run', mounts, network: network as RunInstruction['network'] } as const;
    const [heredoc] = this.#raw.heredocs;
    if (heredoc !== undefined && /^<<\S+$/.test(this.#rest)) {
      // Only a here-document: it is the script itself.
      if (heredoc.content.startsWith('#!')) return { ...common, command: { exec: [] }, script: heredoc };
      return { ...common, command: { shell: heredoc.content }, script: undefined };
    }
    if (this.#rest === '') throw this.#fail('RUN needs a command');
    if (heredoc !== undefined) return { ...common, command: { shell: `${this.#rest}\n${this.#raw.heredocText}` }, script: undefined };
    const command = this.#command();
    if ('exec' in command && command.exec.length === 0) throw this.#fail('RUN needs a command');
    return { ...common, command, script: undefined };
  }

  #copy(kind: 'copy' | 'add'): CopyInstruction {
    this.#allow('chown', 'chmod', 'link', 'exclude', ...(kind === 'copy' ? ['from', 'parents'] : ['checksum', 'keep-git-dir', 'unpack']));
    const words = [...this.#json() ?? (this.#rest === '' ? [] : this.#rest.split(/\s+/))];
    const destination = words.pop();
    if (destination === undefined || words.length === 0) throw this.#fail(`${this.#raw.keyword} needs a source and a destination`);
    this.#switch('link');
    this.#switch('keep-git-dir');
    const isHeredoc = (word: string): boolean => word.startsWith('<<') && word.length > 2;
    const { heredocs } = this.#raw;
    if (words.filter(isHeredoc).length !== heredocs.length) throw this.#fail('a here-document is not well formed');
    const from = this.#flag('from');
    if (from !== undefined && heredocs.length > 0) throw this.#fail('a here-document comes from no other stage');
    return {
      ...this.#placed, kind, destination, heredocs, from,
      sources: words.filter((word) => !isHeredoc(word)),
      chown: this.#flag('chown'),
      chmod: this.#flag('chmod'),
      excludes: this.#flags.get('exclude') ?? [],
      keepParents: this.#switch('parents') ?? false,
      checksum: this.#flag('checksum'),
      unpack: this.#switch('unpack'),
    };
  }

  #healthcheck(): HealthcheckTest {
    this.#allow('interval', 'timeout', 'start-period', 'start-interval', 'retries');
    const match = /^(\S+)\s*([^]*)$/.exec(this.#rest);
    const kind = match?.[1]?.toUpperCase();
    const rest = match?.[2] ?? '';
    if (kind === 'NONE') {
      if (rest !== '' || this.#flags.size > 0) throw this.#fail('HEALTHCHECK NONE takes nothing else');
      return { test: ['NONE'], intervals: {} };
    }
    if (kind !== 'CMD' || rest === '') throw this.#fail('HEALTHCHECK is NONE, or CMD and a command');
    const command = this.#command(rest);
    const intervals: Record<string, number> = {};
    for (const [flag, name] of [['interval', 'Interval'], ['timeout', 'Timeout'], ['start-period', 'StartPeriod'], ['start-interval', 'StartInterval']] as const) {
      const text = this.#flag(flag);
      if (text !== undefined) intervals[name] = this.#nanoseconds(flag, text);
    }
    const retries = this.#flag('retries');
    if (retries !== undefined) {
      if (!/^\d{1,9}$/.test(retries)) throw this.#fail('--retries is a number');
      if (Number(retries) > 0) intervals['Retries'] = Number(retries);
    }
    return { test: 'exec' in command ? ['CMD', ...command.exec] : ['CMD-SHELL', command.shell], intervals };
  }

  /** Go's durations: `1m30s`, `500ms`. */
  #nanoseconds(flag: string, text: string): number {
    const units: Readonly<Record<string, number>> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };
    const whole = /^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/.test(text);
    if (!whole && text !== '0') throw this.#fail(`--${flag} is a duration such as 30s, not '${text}'`);
    let sum = 0;
    for (const [, value, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)) sum += Number(value) * (units[unit ?? ''] ?? 0);
    if (sum !== 0 && sum < 1e6) throw this.#fail(`--${flag} is at least one millisecond`);
    return Math.round(sum);
  }
}
