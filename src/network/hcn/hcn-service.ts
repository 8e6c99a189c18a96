import { randomUUID } from 'node:crypto';
import { ComputeNetwork, type HcnAnswer, type HcnKind } from '../../../native/computenetwork.ts';
import { SiloError } from '../../base/index.ts';
import { schemaVersion, type Documents, type EndpointDocument, type Policy } from './documents.ts';
import { hcnBindingError, hcnError, type HcnContext } from './hcn-error.ts';

const failed = 0x80000000;
/** What an id that is not there is answered with, and a handle whose object went away. */
const gone: ReadonlySet<number> = new Set([0x803b0001, 0x803b0002, 0x80070490, 0x803b0031]);

type Described<K extends HcnKind> = Documents[K] & { readonly ID: string };

/**
 * HCN's objects by their documents: handles are opened and closed within each call, and every failure is an error of the table. Ids
 * are GUIDs, whose case does not count. Errors of every call: HcsNotInstalled, HcsFunctionMissing, HcsAnswerInvalid,
 * NetworkServiceStopped, ElevationRequired, and what `hcnResults` has for the function.
 */
export class HcnService {
  readonly #library: ComputeNetwork;

  constructor(library = new ComputeNetwork()) { this.#library = library; }

  /** All objects of a kind, or those whose members are as in `filter`. One that goes away meanwhile is left out. */
  async list<K extends HcnKind>(kind: K, filter?: Readonly<Record<string, string>>): Promise<readonly Described<K>[]> {
    const context = { operation: `HcnEnumerate${kind}s`, id: Object.values(filter ?? {})[0] ?? 'all' };
    const text = await this.#ask(context, () => this.#library.enumerate(kind, JSON.stringify({ SchemaVersion: schemaVersion, ...(filter === undefined ? {} : { Filter: JSON.stringify(filter) }) })));
    const ids = parseDocument(text, context);
    if (!Array.isArray(ids) || !ids.every((id) => typeof id === 'string')) throw answerInvalid('it is no list of ids', context);
    const found = await Promise.all((ids as readonly string[]).map((id) => this.get(kind, id)));
    return found.filter((document) => document !== undefined);
  }

  /** Undefined where there is none of that id. */
  async get<K extends HcnKind>(kind: K, id: string): Promise<Described<K> | undefined> {
    try {
      return await this.#withHandle(kind, id, (handle) => this.#describe(kind, id, handle));
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  }

  /** The new object as the service describes it. The id is chosen here, for the caller to keep, unless it is given. */
  async create<K extends Exclude<HcnKind, 'Endpoint'>>(kind: K, document: Documents[K], { id = randomUUID(), ...args }: Partial<HcnContext> = {}): Promise<Described<K>> {
    const context = { operation: `HcnCreate${kind}`, id: document.Name ?? id, ...args };
    const handle = await this.#ask(context, () => this.#library.create(kind, JSON.stringify({ SchemaVersion: schemaVersion, ...document }), id));
    return this.#describeNew(kind, id, handle, context);
  }

  async createEndpoint(network: string, document: EndpointDocument, { id = randomUUID(), ...args }: Partial<HcnContext> = {}): Promise<Described<'Endpoint'>> {
    const context = { operation: 'HcnCreateEndpoint', id: document.Name ?? id, ...args };
    return this.#withHandle('Network', network, async (on) => {
      const handle = await this.#ask(context, () => this.#library.createEndpoint(on, JSON.stringify({ SchemaVersion: schemaVersion, HostComputeNetwork: network, ...document }), id));
      return this.#describeNew('Endpoint', id, handle, context);
    });
  }

  /** Sends a request of the schema's Modify…SettingRequest, or a load balancer's document. */
  async modify(kind: HcnKind, id: string, request: object): Promise<void> {
    await this.#withHandle(kind, id, (handle) => this.#ask({ operation: `HcnModify${kind}`, id }, () => this.#library.modify(kind, handle, JSON.stringify(request))));
  }

  /** `Update` takes the place of all policies of the types that are named. */
  changePolicies(kind: 'Network' | 'Endpoint', id: string, request: 'Add' | 'Update' | 'Remove', policies: readonly Policy[]): Promise<void> {
    return this.modify(kind, id, { ResourceType: 'Policy', RequestType: request, Settings: { Policies: policies } });
  }

  /** False where there was none of that id. */
  async remove(kind: HcnKind, id: string): Promise<boolean> {
    try {
      await this.#ask({ operation: `HcnDelete${kind}`, id }, () => this.#library.delete(kind, id));
      return true;
    } catch (error) {
      if (isGone(error)) return false;
      throw error;
    }
  }

  /** Ports that guests have reserved on the host; both ends belong to the range. */
  async reservedPorts(): Promise<readonly { readonly protocols: readonly ('tcp' | 'udp')[]; readonly first: number; readonly last: number }[]> {
    const entries = await this.#ask({ operation: 'HcnEnumerateGuestNetworkPortReservations', id: 'ports' }, () => this.#library.enumeratePortReservations());
    return entries.map(({ protocol, startingPort, endingPort }) => ({ protocols: (['tcp', 'udp'] as const).filter((_name, index) => (protocol & (1 << index)) !== 0), first: startingPort, last: endingPort }));
  }

  async #withHandle<K extends HcnKind, T>(kind: K, id: string, use: (handle: bigint) => Promise<T>): Promise<T> {
    const context = { operation: `HcnOpen${kind}`, id };
    const handle = await this.#ask(context, () => this.#library.open(kind, id));
    if (handle === undefined) throw answerInvalid('it has no handle', context);
    try {
      return await use(handle);
    } finally {
      await this.#library.close(kind, handle);
    }
  }

  async #describe<K extends HcnKind>(kind: K, id: string, handle: bigint): Promise<Described<K>> {
    const context = { operation: `HcnQuery${kind}Properties`, id };
    const document = parseDocument(await this.#ask(context, () => this.#library.query(kind, handle, JSON.stringify({ SchemaVersion: schemaVersion }))), context);
    if (typeof document !== 'object' || document === null || Array.isArray(document) || typeof (document as { ID?: unknown }).ID !== 'string') throw answerInvalid('it is no object with an id', context);
    return document as Described<K>;
  }

  async #describeNew<K extends HcnKind>(kind: K, id: string, handle: bigint | undefined, context: HcnContext): Promise<Described<K>> {
    if (handle === undefined) throw answerInvalid('it has no handle', context);
    try {
      return await this.#describe(kind, id, handle);
    } catch (error) {
      // Nobody knows of an object whose maker got an error.
      await this.#library.delete(kind, id);
      throw error;
    } finally {
      await this.#library.close(kind, handle);
    }
  }

  /** A record of errors counts as failure, also beside an HRESULT of success. */
  async #ask<T>(context: HcnContext, call: () => Promise<HcnAnswer<T>>): Promise<T> {
    let answer: HcnAnswer<T>;
    try {
      answer = await call();
    } catch (error) {
      throw hcnBindingError(error, context);
    }
    if (answer.hresult >= failed || (answer.errorRecord ?? '') !== '') throw hcnError(answer.hresult >= failed ? answer.hresult : codeIn(answer.errorRecord), answer.errorRecord, context);
    return answer.value;
  }
}

const isGone = (error: unknown): boolean => error instanceof SiloError && gone.has(error.native?.hresult ?? 0);

const codeIn = (record: string | undefined): number => {
  const code = Number(/"ErrorCode"\s*:\s*(-?\d+)/.exec(record ?? '')?.[1] ?? 0x80004005);
  return code >>> 0;
};

const answerInvalid = (reason: string, { operation, id }: HcnContext): SiloError =>
  new SiloError('HcsAnswerInvalid', { args: { operation, id, reason }, target: { kind: 'network', id }, operation: `hcn ${operation}` });

const parseDocument = (text: string | undefined, context: HcnContext): unknown => {
  try {
    return JSON.parse(text ?? '');
  } catch {
    throw answerInvalid('it is not JSON', context);
  }
};
