import { SiloError } from '../base/index.ts';

const invalid = (reason: string): SiloError => new SiloError('ParameterInvalid', { args: { parameter: 'credentialSpec', reason } });

type Fields = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid('it is no JSON');
  }
};

/**
 * The document of a group managed service account in one spelling, held to the parts without which Windows finds no
 * account in it; what it is told beyond them is Windows' own. Nothing of its content stands in an error.
 * @throws SiloError ParameterInvalid
 */
export const checkCredentialSpec = (text: string): string => {
  const document = parse(text);
  if (!isObject(document)) throw invalid('it is no JSON object');
  const { CmsPlugins, DomainJoinConfig, ActiveDirectoryConfig } = document;
  if (!Array.isArray(CmsPlugins) || !CmsPlugins.includes('ActiveDirectory')) throw invalid('CmsPlugins does not name ActiveDirectory');
  if (!isObject(DomainJoinConfig)) throw invalid('DomainJoinConfig is missing');
  const accounts = isObject(ActiveDirectoryConfig) ? ActiveDirectoryConfig['GroupManagedServiceAccounts'] : undefined;
  if (!Array.isArray(accounts) || accounts.length === 0) throw invalid('ActiveDirectoryConfig.GroupManagedServiceAccounts names no account');
  return JSON.stringify(document);
};

/** What the user should know of a host name beside the document. Silo's hosts are of Windows Server 2019 and later. */
export const hostNameWarnings = ({ credentialSpec, hostName }: { readonly credentialSpec?: string | undefined; readonly hostName?: string | undefined }): readonly string[] =>
  (credentialSpec === undefined || hostName === undefined ? [] : ['Containers that share an account of a credential specification can lose the trust of the domain where they share a host name too; from Windows Server 2019 on none is needed.']);
