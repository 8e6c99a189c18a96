import type { ServiceDependency, ServiceHook } from '../application/index.ts';
import type { ContainerRecord, NameValue } from '../core/index.ts';

/** Labels by which containers and networks say which application they belong to: the store has no other record of one. */
const names = { application: 'silo.application', service: 'silo.service', replica: 'silo.replica', hash: 'silo.configHash', dependsOn: 'silo.dependsOn', volumes: 'silo.volumes', imageVolumes: 'silo.imageVolumes', postStart: 'silo.postStart', preStop: 'silo.preStop' } as const;

export interface Membership {
  readonly application: string;
  readonly service: string;
  /** From 1. */
  readonly replica: number;
  /** Of everything that decides whether the container is as it should be. */
  readonly hash: string;
  readonly dependsOn: Readonly<Record<string, ServiceDependency>>;
  /** Named volumes that the application made and this container mounts. */
  readonly volumes: readonly string[];
  /** Volumes that were made because the image declares them. */
  readonly imageVolumes: readonly string[];
  /** Commands that are run in it when the application starts and stops it. */
  readonly hooks: { readonly postStart: readonly ServiceHook[]; readonly preStop: readonly ServiceHook[] };
}

export const membershipLabels = (membership: Membership): readonly NameValue[] => [
  { name: names.application, value: membership.application },
  { name: names.service, value: membership.service },
  { name: names.replica, value: String(membership.replica) },
  { name: names.hash, value: membership.hash },
  { name: names.dependsOn, value: JSON.stringify(membership.dependsOn) },
  { name: names.volumes, value: JSON.stringify(membership.volumes) },
  { name: names.imageVolumes, value: JSON.stringify(membership.imageVolumes) },
  ...(['postStart', 'preStop'] as const).flatMap((key) => (membership.hooks[key].length === 0 ? [] : [{ name: names[key], value: JSON.stringify(membership.hooks[key]) }])),
];

export const networkLabels = (application: string, hash: string): readonly NameValue[] => [{ name: names.application, value: application }, { name: names.hash, value: hash }];

const labelOf = (labels: readonly NameValue[], name: string): string | undefined => labels.findLast((label) => label.name === name)?.value;

export const applicationOf = ({ labels }: { readonly labels: readonly NameValue[] }): string | undefined => labelOf(labels, names.application);

export const hashOf = ({ labels }: { readonly labels: readonly NameValue[] }): string => labelOf(labels, names.hash) ?? '';

/** What a container's labels say; undefined where they speak of no application. Anybody can write labels, so nothing is taken on trust. */
export const membershipOf = ({ spec }: Pick<ContainerRecord, 'spec'>): Membership | undefined => {
  const label = (name: string): string => labelOf(spec.labels, name) ?? '';
  const [application, service, replica] = [label(names.application), label(names.service), Number(label(names.replica))];
  if (application === '' || service === '' || !Number.isInteger(replica)) return undefined;
  return {
    application, service, replica, hash: label(names.hash),
    dependsOn: readJson(label(names.dependsOn), (value): value is Readonly<Record<string, ServiceDependency>> => isMap(value)) ?? {},
    volumes: readJson(label(names.volumes), isTexts) ?? [],
    imageVolumes: readJson(label(names.imageVolumes), isTexts) ?? [],
    hooks: { postStart: readJson(label(names.postStart), areHooks) ?? [], preStop: readJson(label(names.preStop), areHooks) ?? [] },
  };
};

const isTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every((item) => typeof item === 'string');

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

const areHooks = (value: unknown): value is readonly ServiceHook[] => Array.isArray(value) && value.every((hook) =>
  isMap(hook) && isTexts(hook['command']) && hook['command'].length > 0 && ['user', 'workingDirectory'].every((key) => hook[key] === undefined || typeof hook[key] === 'string')
  && isMap(hook['environment']) && isTexts(Object.values(hook['environment'])));

const readJson = <T>(text: string, isRight: (value: unknown) => value is T): T | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return isRight(value) ? value : undefined;
  } catch {
    // Somebody else's label.
    return undefined;
  }
};
