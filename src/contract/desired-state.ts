import { Type } from 'typebox';
import { container, effectiveIsolation, isolation, limits, mountRequest, restartPolicyName } from './container.ts';
import { driver } from './network-methods.ts';
import { credential } from './registry-methods.ts';
import { count, flag, list, nameValue, oneOf, optional, record, text } from './schema.ts';

/**
 * What may be asked of a thing, and what is found of it, in the same words: what was found may be asked for. A
 * field that is left out is not managed.
 */
const exist = optional(flag('False: it shall not be there.'));
const there = flag('Whether it is there; the rest is left out where it is not.');
const labels = optional(list(nameValue, { description: 'All labels; those of an image come beside.' }));

const sharedContainer = {
  image: optional(text('Reference of the image; needed where the container is not there.')),
  command: optional(list(Type.String(), { description: "Replaces the image's CMD." })),
  entrypoint: optional(list(Type.String(), { description: "Replaces the image's ENTRYPOINT (and drops its CMD)." })),
  environment: optional(list(nameValue, { description: "All variables; those of the image come beside." })),
  labels,
  user: optional(text('user[:group], names or numbers.')),
  workingDirectory: optional(text('Absolute path in the container.')),
  hostName: optional(text('Host name within the container.')),
  networks: optional(list(Type.String(), { minItems: 1, description: 'None, Host, Container:<name>, or names of networks, of which the first leads out.' })),
  ports: optional(list(Type.String(), { description: 'All published ports: [address:][hostPort:]containerPort[/tcp|udp].' })),
  mounts: optional(list(mountRequest, { description: 'All mounts; volumes that the image declares come beside.' })),
  isolation: optional(isolation),
  ...limits,
  restartPolicy: optional(restartPolicyName),
  maximumRetries: optional(Type.Integer({ minimum: 1, description: 'Of OnFailure: starts in a row.' })),
  readOnlyRoot: optional(flag('True keeps the container from writing to its root file system.')),
  privileged: optional(flag('True gives all capabilities and devices that the engine itself has.')),
  stopTimeoutSeconds: optional(Type.Integer({ minimum: 0, description: 'Time between the stop signal and SIGKILL.' })),
};

const pullPolicy = optional(oneOf(['Missing', 'Always', 'Never'], 'When the registry is asked. Missing, the default: where the image is not here. Always: it shall be what the registry has now.'));

export const wantedContainer = record({
  name: text('Unique name.'),
  exist,
  ...sharedContainer,
  state: optional(oneOf(['Running', 'Stopped'], 'Whether it shall run.')),
  pull: pullPolicy,
  settleSeconds: optional(Type.Number({ minimum: 0, maximum: 3600, description: 'How long it must run for its start to count; 2 by default.' })),
  credential: optional(credential),
}, 'A container as it shall be.');

export const foundContainer = record({
  name: text('Unique name.'),
  exist: there,
  ...sharedContainer,
  state: optional(oneOf(['Running', 'Stopped', 'Paused'], 'Whether it runs.')),
  id: optional(container.properties.id),
  imageDigest: optional(container.properties.imageDigest),
  effectiveIsolation: optional(effectiveIsolation),
  ipAddress: optional(text('First address while it runs.')),
  exitCode: optional(Type.Integer({ description: 'Exit code of the last run.' })),
}, 'A container as it is.');

export const wantedImage = record({
  reference: text('Reference; the default registry where none is named.'),
  exist,
  digest: optional(Type.String({ pattern: '^sha256:[0-9a-f]{64}$', description: 'Digest of its manifest, or of what the reference names in its registry.' })),
  platform: optional(text('os/architecture[/variant]; that of the host where left out.')),
  pull: optional(oneOf(['Missing', 'Always'], 'Always: it shall be what the registry has under the reference now.')),
  path: optional(text('Absolute path of an archive from which it comes instead of a registry.')),
  force: optional(flag('Removes the reference also where containers use the image.')),
  credential: optional(credential),
}, 'An image as it shall be on this host.');

export const foundImage = record({
  reference: text('Normalised reference.'),
  exist: there,
  digest: optional(text('Digest of the manifest.')),
  platform: optional(text('os/architecture[/variant].')),
  id: optional(text('Digest of the configuration.')),
  osVersion: optional(text('Windows build.')),
  sizeBytes: optional(count('Unpacked size, in bytes.')),
}, 'An image as it is.');

const sharedNetwork = {
  driver: optional(driver),
  subnets: optional(list(Type.String(), { description: 'CIDR, one of each family at most.' })),
  gateways: optional(list(Type.String(), { description: 'Addresses of the way out.' })),
  parentInterface: optional(text('Interface of the host that a transparent network stands on.')),
  vlanId: optional(Type.Integer({ minimum: 1, maximum: 4094, description: 'VLAN.' })),
  mtu: optional(Type.Integer({ minimum: 576, maximum: 65535, description: 'Largest packet, in bytes.' })),
  dnsServers: optional(list(Type.String(), { description: 'Servers that are asked for names that are no container.' })),
  dnsSuffix: optional(text('Domain in which short names are looked for.')),
  labels,
};

export const wantedNetwork = record({
  name: text('Unique name, whatever its case.'),
  exist,
  ...sharedNetwork,
  force: optional(flag('Takes it from its containers where it goes, or is made anew.')),
}, 'A network as it shall be.');

export const foundNetwork = record({
  name: text('Unique name.'),
  exist: there,
  ...sharedNetwork,
  id: optional(text('64 lower-case hex digits.')),
  containers: optional(list(Type.String(), { description: 'Names of its containers.' })),
}, 'A network as it is.');

export const wantedVolume = record({ name: text('Unique name.'), exist, labels }, 'A volume as it shall be.');

export const foundVolume = record({
  name: text('Unique name.'),
  exist: there,
  labels,
  path: optional(text('Folder on the host with its content.')),
  containers: optional(list(Type.String(), { description: 'Names of the containers that mount it.' })),
}, 'A volume as it is.');

const sharedHost = {
  isolation: optional(isolation),
  service: optional(flag('Whether the system runs the supervisor from its start on.')),
  features: optional(list(oneOf(['Containers', 'HyperV'], 'Feature.'), { description: 'Optional features of Windows.' })),
};

export const wantedHost = record(sharedHost, 'This host as it shall be.');

export const foundHost = record({ ...sharedHost, name: text('Host name.'), restartNeeded: flag('Whether the machine must be restarted before all of it works.') }, 'This host as it is.');

export const wantedApplication = record({
  name: text('Unique name.'),
  exist,
  files: optional(list(Type.String(), { minItems: 1, description: 'Absolute paths of compose files; needed where the application is not there. Left out: it is not compared with files.' })),
  profiles: optional(list(Type.String(), { description: 'Profiles whose services are wanted too.' })),
  environmentFiles: optional(list(Type.String(), { description: "Absolute paths of files with variables, in place of the folder's .env." })),
  environment: optional(list(nameValue, { description: 'Variables; they go before those of files.' })),
  removeOrphans: optional(flag('Removes containers of services that the files do not have.')),
  removeVolumes: optional(flag('Where it goes: also its named volumes that no other container has.')),
  state: optional(oneOf(['Running', 'Stopped'], 'Whether it shall run.')),
  timeoutSeconds: optional(Type.Integer({ minimum: 1, description: 'Time that a service may take to be healthy or complete where others wait for that.' })),
}, 'An application of several containers as it shall be.');

export const foundApplication = record({
  name: text('Unique name.'),
  exist: there,
  state: optional(oneOf(['Running', 'Partial', 'Stopped'], 'Whether it runs.')),
  services: optional(list(Type.String(), { description: 'Names of its services.' })),
  containers: optional(list(Type.String(), { description: 'Names of its containers.' })),
  networks: optional(list(Type.String(), { description: 'Names of its own networks.' })),
}, 'An application as it is.');

export const wantedContainerList = record({
  scope: text('Name of the list: the containers carry it in the label silo.scope.'),
  exist,
  containers: optional(list(wantedContainer, { description: 'Containers that belong to it.' })),
  purge: optional(flag('Removes containers of the scope that are not listed, and no others.')),
}, 'Containers that belong together as they shall be.');

export const foundContainerList = record({
  scope: text('Name of the list.'),
  exist: there,
  containers: optional(list(foundContainer, { description: 'Containers that are listed, and others of the scope.' })),
}, 'Containers that belong together as they are.');
