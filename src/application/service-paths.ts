import { isAbsolute, resolve } from 'node:path';
import { isMap, textOf, textsOf, type ComposeMap } from './merge-service.ts';
import { splitVolume } from './split-volume.ts';

/** True for what names a folder or file of the host, and no volume. */
export const isHostSource = (source: string): boolean => /^(\.{1,2}([\\/]|$)|~|\/|\\|[A-Za-z]:[\\/])/.test(source);

/** A path of the host, against the folder of the file that names it. */
export const hostPath = (folder: string, path: string, home: string | undefined): string => {
  const expanded = /^~(?=[\\/]|$)/.test(path) && home !== undefined ? home + path.slice(1) : path;
  return isAbsolute(expanded) ? expanded : resolve(folder, expanded);
};

/** A service with its paths of the host absolute, so that files of several folders can be merged. */
export const withAbsolutePaths = (service: ComposeMap, folder: string, home: string | undefined): ComposeMap => {
  const path = (text: unknown): string => hostPath(folder, textOf(text), home);
  const { build, credential_spec: credentialSpec, env_file: environmentFiles, label_file: labelFiles, security_opt: security, volumes } = service;
  return {
    ...service,
    ...(build === undefined ? {} : { build: isMap(build) ? { ...build, context: path(build.context ?? '.') } : path(build) }),
    ...(isMap(credentialSpec) && credentialSpec.file !== undefined ? { credential_spec: { ...credentialSpec, file: path(credentialSpec.file) } } : {}),
    ...(environmentFiles === undefined ? {} : { env_file: (Array.isArray(environmentFiles) ? environmentFiles : [environmentFiles]).map((entry: unknown) => (isMap(entry) ? { ...entry, path: path(entry.path) } : path(entry))) }),
    ...(labelFiles === undefined ? {} : { label_file: textsOf(labelFiles).map(path) }),
    ...(security === undefined ? {} : { security_opt: textsOf(security).map((option) => option.replace(/^(seccomp[:=])(\.{1,2}\/.*)$/s, (_, name: string, file: string) => name + path(file))) }),
    ...(volumes === undefined ? {} : { volumes: (volumes as readonly unknown[]).map((entry) => (isMap(entry) ? withSource(entry, path) : shortVolume(textOf(entry), path))) }),
  };
};

const withSource = (entry: ComposeMap, path: (text: unknown) => string): ComposeMap => (entry.type === 'bind' && entry.source !== undefined ? { ...entry, source: path(entry.source) } : entry);

const shortVolume = (text: string, path: (text: unknown) => string): string => {
  const [source = '', ...rest] = splitVolume(text);
  return rest.length > 0 && isHostSource(source) ? [path(source), ...rest].join(':') : text;
};

/** The files of secrets and configs with absolute paths. */
export const withAbsoluteFiles = (value: ComposeMap, folder: string, home: string | undefined): ComposeMap => {
  const resolved = (entries: unknown): unknown =>
    (isMap(entries) ? Object.fromEntries(Object.entries(entries).map(([key, entry]) => [key, isMap(entry) && entry.file !== undefined ? { ...entry, file: hostPath(folder, textOf(entry.file), home) } : entry])) : entries);
  return { ...value, secrets: resolved(value.secrets), configs: resolved(value.configs) };
};
