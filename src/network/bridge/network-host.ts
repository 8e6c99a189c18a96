import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { SiloError } from '../../base/index.ts';
import { inNamespace, requireNetworkProgram, runInNamespace, type CommandResult } from '../netns/index.ts';

/** A line of `ip -json link` as far as it is looked at. */
export interface IpLink {
  readonly ifname: string;
  readonly mtu?: number;
  readonly ifalias?: string;
  readonly master?: string;
  readonly operstate?: string;
  readonly flags?: readonly string[];
  readonly linkinfo?: { readonly info_kind?: string };
  readonly addr_info?: readonly { readonly family: string; readonly local: string; readonly prefixlen: number }[];
}

const failed = (program: string, { exitCode, stderr }: CommandResult): SiloError =>
  new SiloError('NetworkFailed', { args: { reason: `${program}: ${stderr.trim().split('\n').slice(0, 2).join(' ') || 'no message'}` }, operation: program, native: { exitCode } });

/**
 * The host's side of networks: `ip` and `nft`, run in one network namespace. Everything that is made bears the
 * mark of the state root, so that several roots, and whoever else makes bridges, live side by side.
 */
export class NetworkHost {
  /** Namespace that counts as the host's; undefined is that of the engine. */
  readonly namespace: string | undefined;
  /** 12 hex digits that stand for the state root. */
  readonly mark: string;

  constructor(options: { readonly root: string; readonly namespace?: string | undefined }) {
    this.namespace = options.namespace;
    this.mark = createHash('sha256').update(options.root).digest('hex').slice(0, 12);
  }

  /** Alias of a link that is this root's. */
  alias(kind: 'network' | 'endpoint', id: string): string { return `silo:${this.mark}:${kind}:${id}`; }

  /** Id in an alias of this root; undefined for a link of somebody else. */
  idOf(kind: 'network' | 'endpoint', alias: string | undefined): string | undefined {
    const prefix = this.alias(kind, '');
    return alias?.startsWith(prefix) === true ? alias.slice(prefix.length) : undefined;
  }

  /** Runs lines of `ip -batch`; the first that fails ends it. `namespace` is another one than the host's. */
  tryIp(lines: readonly string[], namespace = this.namespace): Promise<CommandResult> {
    return runInNamespace(namespace, requireNetworkProgram('ip'), ['-batch', '-'], `${lines.join('\n')}\n`);
  }

  async ip(lines: readonly string[], namespace = this.namespace): Promise<void> {
    const result = await this.tryIp(lines, namespace);
    if (result.exitCode !== 0) throw failed('ip', result);
  }

  /** What `ip -json` lists. */
  async ipList<T>(...args: readonly string[]): Promise<readonly T[]> {
    const result = await runInNamespace(this.namespace, requireNetworkProgram('ip'), ['-json', ...args]);
    if (result.exitCode !== 0) throw failed('ip', result);
    return result.stdout.trim() === '' ? [] : JSON.parse(result.stdout) as readonly T[];
  }

  /** One transaction of nft: all of it or nothing. */
  tryNft(script: string): Promise<CommandResult> { return runInNamespace(this.namespace, requireNetworkProgram('nft'), ['-f', '-'], script); }

  async nft(script: string): Promise<void> {
    const result = await this.tryNft(script);
    if (result.exitCode !== 0) throw failed('nft', result);
  }

  /** `nft --json list …`; undefined where what is asked for is not there. */
  async nftList(...args: readonly string[]): Promise<unknown> {
    const result = await runInNamespace(this.namespace, requireNetworkProgram('nft'), ['--json', 'list', ...args]);
    if (result.exitCode === 0) return JSON.parse(result.stdout) as unknown;
    if (result.stderr.includes('No such file or directory')) return undefined;
    throw failed('nft', result);
  }

  /** Names of the links there are: one read, no process. */
  linkNames(): ReadonlySet<string> {
    const text = inNamespace(this.namespace, () => readFileSync('/proc/thread-self/net/dev', 'utf8'));
    return new Set(text.split('\n').slice(2).map((line) => line.slice(0, line.indexOf(':')).trim()));
  }
}
