import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fromFileError, hasErrno, SiloError } from '../base/index.ts';
import { fieldsOf, parseBoundedJson } from './bounded-json.ts';
import { CredentialHelper, type CredentialHelperOptions } from './credential-helper.ts';
import type { Credential, CredentialProvider } from './credentials.ts';
import { Secret } from './secret.ts';

const fileLimitBytes = 4 * 1024 * 1024;
/** The name under which docker keeps Docker Hub's credentials. */
const hubServer = 'https://index.docker.io/v1/';

/** The name under which docker's files and helpers keep a registry's credentials. */
export const credentialServer = (registry: string): string => (registry === 'docker.io' ? hubServer : registry);

/** `config.json` in `DOCKER_CONFIG`, or in `.docker` of the home folder. */
export const dockerConfigPath = (environment: Readonly<Record<string, string | undefined>> = process.env): string => join(environment['DOCKER_CONFIG'] || join(homedir(), '.docker'), 'config.json');

/** `https://registry.example/v1/` and `registry.example` are the same registry to docker. */
const hostOf = (server: string): string => server.replace(/^https?:\/\//, '').replace(/\/.*$/s, '').toLowerCase();

/**
 * Docker's `config.json` (docker CLI, `cli/config/configfile`): `credHelpers` decide before `credsStore`,
 * and that before `auths`. The file is read anew each time, so that a login elsewhere counts at once.
 */
export class DockerConfigCredentials implements CredentialProvider {
  readonly #path: string;
  readonly #helpers: CredentialHelperOptions;

  constructor(path: string = dockerConfigPath(), helpers: CredentialHelperOptions = {}) {
    this.#path = path;
    this.#helpers = helpers;
  }

  async credentialFor(registry: string): Promise<Credential | undefined> {
    const config = await this.#read();
    if (config === undefined) return undefined;
    const server = credentialServer(registry);
    const found = await this.#helper(config, registry)?.get(server);
    return found ?? this.#fromAuths(fieldsOf(config.get('auths')), server);
  }

  /** The helper that keeps a registry's credentials; undefined where the file names none. Errors: CredentialFileInvalid. */
  async helperFor(registry: string): Promise<CredentialHelper | undefined> {
    const config = await this.#read();
    return config === undefined ? undefined : this.#helper(config, registry);
  }

  #helper(config: ReadonlyMap<string, unknown>, registry: string): CredentialHelper | undefined {
    const helpers = fieldsOf(config.get('credHelpers'));
    const name = helpers?.get(registry) ?? helpers?.get(credentialServer(registry)) ?? config.get('credsStore');
    return typeof name === 'string' && name !== '' ? new CredentialHelper(name, this.#helpers) : undefined;
  }

  async #read(): Promise<ReadonlyMap<string, unknown> | undefined> {
    let bytes: Uint8Array;
    try {
      bytes = await readFile(this.#path);
    } catch (error) {
      if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
      throw fromFileError(error, this.#path);
    }
    if (bytes.length > fileLimitBytes) throw this.#invalid(`it has more than ${fileLimitBytes} bytes`);
    let fields: ReadonlyMap<string, unknown> | undefined;
    try {
      fields = fieldsOf(parseBoundedJson(bytes));
    } catch { /* told below, without what is in it */ }
    if (fields === undefined) throw this.#invalid('it is not a JSON object');
    return fields;
  }

  #fromAuths(auths: ReadonlyMap<string, unknown> | undefined, server: string): Credential | undefined {
    const exact = fieldsOf(auths?.get(server));
    const entry = exact ?? fieldsOf([...(auths ?? [])].find(([name]) => hostOf(name) === hostOf(server))?.[1]);
    if (entry === undefined) return undefined;
    const text = (name: string): string => {
      const value = entry.get(name) ?? '';
      if (typeof value !== 'string') throw this.#invalid(`'${name}' of ${hostOf(server)} is not a text`);
      return value;
    };
    if (text('registrytoken') !== '') return { kind: 'accessToken', secret: new Secret(text('registrytoken')) };
    if (text('identitytoken') !== '') return { kind: 'identityToken', secret: new Secret(text('identitytoken')) };
    const decoded = Buffer.from(text('auth'), 'base64').toString('utf8').replace(/\0+$/, '');
    const colon = decoded.indexOf(':');
    if (decoded !== '' && colon < 1) throw this.#invalid(`'auth' of ${hostOf(server)} is not user:password in Base64`);
    const username = colon < 1 ? text('username') : decoded.slice(0, colon);
    const secret = colon < 1 ? text('password') : decoded.slice(colon + 1);
    return username === '' || secret === '' ? undefined : { kind: 'password', username, secret: new Secret(secret) };
  }

  #invalid(reason: string): SiloError {
    return new SiloError('CredentialFileInvalid', { args: { path: this.#path, reason }, target: { kind: 'path', id: this.#path } });
  }
}
