import { Secret } from './secret.ts';

/** What a registry is told about who asks. */
export type Credential =
  | { readonly kind: 'password'; readonly username: string; readonly secret: Secret }
  /** An OAuth refresh token ("identity token"): exchanged at the token endpoint, never sent to the registry. */
  | { readonly kind: 'identityToken'; readonly secret: Secret }
  /** A finished bearer token ("registry token"). */
  | { readonly kind: 'accessToken'; readonly secret: Secret };

/** `user:secret` in Base64 (RFC 7617): what goes over the wire, and as secret as the password. */
export const basicSecret = ({ username, secret }: Credential & { kind: 'password' }): Secret => new Secret(Buffer.from(`${username}:${secret.reveal()}`).toString('base64'));

/** Every text that must not get into a message. */
export const secretsOf = (credential: Credential | undefined): readonly Secret[] => {
  if (credential === undefined) return [];
  return credential.kind === 'password' ? [credential.secret, basicSecret(credential)] : [credential.secret];
};

/** Where credentials come from. Asked once a registry, and again after a refusal; answers are kept in memory until `RegistryClient.forget`. */
export interface CredentialProvider {
  /**
   * @param registry as references name it: `docker.io`, `registry.example:5000`. Undefined means anonymous.
   * Errors: CredentialFileInvalid, CredentialHelperFailed.
   */
  credentialFor(registry: string): Promise<Credential | undefined>;
}

export const anonymous: CredentialProvider = { credentialFor: () => Promise.resolve(undefined) };

/** One user name and secret, for one registry only: no other registry is ever told of them. */
export const passwordFor = (registry: string, username: string, secret: string | Secret): CredentialProvider => {
  const credential: Credential = { kind: 'password', username, secret: secret instanceof Secret ? secret : new Secret(secret) };
  return { credentialFor: (asked) => Promise.resolve(asked === registry ? credential : undefined) };
};

/** The first provider that knows the registry decides. */
export const firstOf = (...providers: readonly CredentialProvider[]): CredentialProvider => ({
  async credentialFor(registry) {
    for (const provider of providers) {
      const credential = await provider.credentialFor(registry);
      if (credential !== undefined) return credential;
    }
    return undefined;
  },
});
