import { join } from 'node:path';
import { SiloError } from '../../base/index.ts';
import { isExecutable, runInNamespace } from '../netns/index.ts';

/** Where distributions put the plugins: Debian's place, and that of the reference documentation. */
const folders = ['/usr/lib/cni', '/opt/cni/bin', '/usr/libexec/cni'];

export const findPlugin = (type: string): string | undefined => [...(process.env['CNI_PATH'] ?? '').split(':').filter((folder) => folder !== ''), ...folders].map((folder) => join(folder, type)).find(isExecutable);

/** What a plugin answers to ADD, as far as it is looked at (CNI specification 0.4). */
export interface PluginResult {
  readonly interfaces?: readonly { readonly name: string; readonly mac?: string; readonly sandbox?: string }[];
  readonly ips?: readonly { readonly address: string; readonly gateway?: string }[];
}

export interface PluginCall {
  readonly command: 'ADD' | 'CHECK' | 'DEL';
  readonly config: { readonly type: string };
  readonly containerId: string;
  /** Empty where DEL finds it gone. */
  readonly namespacePath: string;
  readonly interfaceName: string;
}

/** Whoever waits for a plugin holds locks. Those of DHCP take ten seconds. */
const patienceMs = 60_000;

/** Runs one plugin in the host's namespace. Errors: NetworkToolMissing, NetworkFailed. */
export const runPlugin = async (hostNamespace: string | undefined, { command, config, containerId, namespacePath, interfaceName }: PluginCall): Promise<PluginResult> => {
  const path = findPlugin(config.type);
  if (path === undefined) throw new SiloError('NetworkToolMissing', { args: { tool: `the CNI plugin ${config.type}`, package: 'containernetworking-plugins' }, target: { kind: 'host', id: config.type } });
  const environment = { ...process.env, CNI_COMMAND: command, CNI_CONTAINERID: containerId, CNI_NETNS: namespacePath, CNI_IFNAME: interfaceName, CNI_PATH: [...new Set([...folders, join(path, '..')])].join(':') };
  const { exitCode, stdout, stderr } = await runInNamespace(hostNamespace, path, [], JSON.stringify(config), environment, patienceMs);
  const failure = (reason: string): SiloError => new SiloError('NetworkFailed', { args: { reason: `${config.type}: ${reason}` }, operation: `cni ${command}`, native: { exitCode } });
  if (exitCode !== 0) throw failure(messageOf(stdout) ?? (stderr.trim() || 'no message'));
  if (command !== 'ADD' || stdout.trim() === '') return {};
  try {
    return JSON.parse(stdout) as PluginResult;
  } catch {
    throw failure('its answer is no JSON');
  }
};

/** Plugins tell their failures as JSON on standard output. */
const messageOf = (stdout: string): string | undefined => {
  try {
    const { msg, details } = JSON.parse(stdout) as { msg?: string; details?: string };
    return msg === undefined ? undefined : `${msg}${details === undefined || details === '' ? '' : ` (${details})`}`;
  } catch {
    return undefined;
  }
};
