import type { ServiceSettings } from './application.ts';
import { isMap, textOf, textsOf, type ComposeMap } from './merge-service.ts';
import type { ServiceSurroundings } from './resolve-service.ts';
import { readFlag } from './values.ts';

type ServiceIsolation = Pick<ServiceSettings, 'isolation' | 'privileged' | 'addedCapabilities' | 'droppedCapabilities' | 'additionalGroups' | 'devices' | 'seccompProfile' | 'pidMode' | 'ipcMode'>;

/** What a service may reach of its host and of other containers. @throws SiloError ComposeInvalid */
export const readIsolation = (service: ComposeMap, at: ServiceSurroundings): ServiceIsolation => {
  const texts = (key: string): readonly string[] | undefined => (service[key] === undefined ? undefined : textsOf(service[key]));
  const privileged = readFlag(service.privileged as string ?? false);
  if (privileged === undefined) throw at.refuse(['privileged'], `'${textOf(service.privileged)}' is no truth value`);
  const { isolation } = service;
  return {
    isolation: isolation === 'process' ? 'Process' : isolation === 'hyperv' ? 'HyperV' : undefined, privileged,
    addedCapabilities: texts('cap_add'), droppedCapabilities: texts('cap_drop'), additionalGroups: texts('group_add'), devices: devicesOf(service),
    seccompProfile: seccompOf(texts('security_opt') ?? [], privileged, at),
    pidMode: namespaceOf(service.pid, 'pid', at), ipcMode: namespaceOf(service.ipc, 'ipc', at),
  };
};

const devicesOf = ({ devices }: ComposeMap): readonly string[] | undefined =>
  (devices as readonly unknown[] | undefined)?.map((entry) => (isMap(entry) ? [entry.source, entry.target ?? entry.source, entry.permissions ?? 'rwm'].map(textOf).join(':') : textOf(entry)));

/** What other engines switch off and Silo never has on is taken as done. */
const alwaysSo = ['apparmor:unconfined', 'label:disable'];

const seccompOf = (options: readonly string[], privileged: boolean, at: ServiceSurroundings): string | undefined => {
  let profile: string | undefined;
  for (const option of options) {
    const [name, value] = option.split(/[:=](.*)/s);
    if (name === 'seccomp' && value !== undefined && value !== '') profile = value;
    else if (name === 'no-new-privileges' && (value === undefined || value === 'true')) {
      if (privileged) throw at.refuse(['security_opt'], `'${option}' is not supported of a privileged container`);
    } else if (!alwaysSo.includes(option.replace('=', ':'))) throw at.refuse(['security_opt'], `'${option}' is not supported`);
  }
  return profile;
};

const namespaceOf = (value: unknown, key: string, at: ServiceSurroundings): string | undefined => {
  if (value === undefined || value === null) return undefined;
  const text = textOf(value);
  // Any container of Silo may share its own with another.
  if (text === '' || text === 'private' || (key === 'ipc' && text === 'shareable')) return undefined;
  if (text === 'host' || /^(container|service):./.test(text)) return text;
  throw at.refuse([key], `'${text}' is not supported: host, private, service:name and container:name are`);
};
