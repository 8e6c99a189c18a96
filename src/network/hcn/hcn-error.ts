import { MissingFunction } from '../../../native/dynamic-library.ts';
import { SiloError } from '../../base/index.ts';
import { hcnResults } from './hresult-table.ts';

export interface HcnContext {
  /** Name of the function that was called. */
  readonly operation: string;
  /** What it was about: an id or a name. */
  readonly id: string;
  /** Arguments of the error's sentence that only the caller knows. */
  readonly args?: Readonly<Record<string, string | number>>;
}

/** The service's own words, in the host's language. What can't be read is left out. */
const wordsOf = (record: string | undefined): string | undefined => {
  if (record === undefined || record === '') return undefined;
  try {
    const { Error: words } = JSON.parse(record) as { Error?: unknown };
    return typeof words === 'string' && words !== '' ? words.trim().slice(0, 300) : undefined;
  } catch {
    return undefined;
  }
};

/** A failed HRESULT and the record of errors that came with it, as an error of the table. */
export const hcnError = (hresult: number, record: string | undefined, { operation, id, args = {} }: HcnContext): SiloError => {
  const found = hcnResults[hresult];
  const reason = `${found?.meaning ?? wordsOf(record) ?? 'an error without a description'} (${found?.id ?? 'HRESULT'} 0x${hresult.toString(16).padStart(8, '0')})`;
  const code = found?.code ?? 'NetworkFailed';
  return new SiloError(code, {
    args: { id, network: id, name: id, driver: id, operation, subnet: 'its subnets', other: 'one', owner: 'another object of the host', address: 'asked for', port: 'asked for', reason, ...args },
    target: { kind: 'network', id },
    operation: `hcn ${operation}`,
    native: { hresult, ...(found === undefined ? {} : { hresultName: found.id }) },
    retryable: code === 'NetworkServiceStopped',
    cause: wordsOf(record),
  });
};

/** A library or function that is not there, as an error of the table; anything else comes back as it was. */
export const hcnBindingError = (error: unknown, { operation, id }: HcnContext): unknown => {
  if (!(error instanceof MissingFunction)) return error;
  const common = { target: { kind: 'network', id }, operation: `hcn ${operation}`, cause: error } as const;
  return error.functionName === undefined
    ? new SiloError('HcsNotInstalled', { args: { reason: `${error.library} cannot be loaded, which build ${error.leastBuild} and later have` }, ...common })
    : new SiloError('HcsFunctionMissing', { args: { function: error.functionName, build: error.leastBuild }, ...common });
};
