/**
 * koffi declarations of ComputeNetwork.dll, the Host Compute Network (header ComputeNetwork.h; every function from Windows 10 1809 and
 * Windows Server 2019 on, build 17763; published reference: virtualization/api/hcn). Memory: documents and ids passed are only read during
 * the call; documents returned are the service's CoTaskMem strings, read and freed here before the answer is given. Handles, callbacks and
 * reservations belong to the caller, who closes each once.
 *
 * All functions block until the service has answered, some for seconds, so each runs on a worker thread, and never all the threads that the
 * libraries have together are HCN's. A call that began is always waited for.
 */
import { DynamicLibrary, koffi, type BoundFunction, type Out, type Pointer } from './dynamic-library.ts';

export type HcnKind = 'Network' | 'Endpoint' | 'Namespace' | 'LoadBalancer';
type HcnCall = (...parameters: unknown[]) => number | undefined;

/** What a function gave back: its HRESULT as an unsigned number, the record of errors (JSON) where it wrote one, and its result where it has one. */
export interface HcnAnswer<T = undefined> {
  readonly hresult: number;
  readonly errorRecord: string | undefined;
  readonly value: T;
}

/** HCN_NOTIFICATION_CALLBACK. `status` is an HRESULT as an unsigned number; `data` is JSON. */
export type HcnNotify = (type: number, status: number, data: string | undefined) => void;

/** HCN_PORT_RANGE_ENTRY. Ids are written as GUIDs; both ports belong to the range. */
export interface HcnPortRange {
  readonly owningPartitionId: string;
  readonly targetPartitionId: string;
  readonly protocol: number;
  readonly priority: bigint;
  readonly reservationType: number;
  readonly sharingFlags: number;
  readonly deliveryMode: number;
  readonly startingPort: number;
  readonly endingPort: number;
}

/** Where the functions are. CoTaskMemFree is ole32.dll's; a test's library holds both. */
export interface HcnLibraries {
  readonly network: string;
  readonly memory: string;
}

/** HCN_PORT_PROTOCOL and HCN_PORT_ACCESS. */
export const hcnPortProtocol = { tcp: 1, udp: 2, both: 3 } as const;
export const hcnPortAccess = { exclusive: 1, shared: 2 } as const;

/** Parameters in their order. In: document, id (GUID), handle, callback, number, port. Out: ids or properties and error records (text), handles, numbers. */
const functions = {
  HcnEnumerateNetworks: ['document', 'textOut', 'textOut'],
  HcnCreateNetwork: ['id', 'document', 'handleOut', 'textOut'],
  HcnOpenNetwork: ['id', 'handleOut', 'textOut'],
  HcnModifyNetwork: ['handle', 'document', 'textOut'],
  HcnQueryNetworkProperties: ['handle', 'document', 'textOut', 'textOut'],
  HcnDeleteNetwork: ['id', 'textOut'],
  HcnCloseNetwork: ['handle'],
  HcnEnumerateEndpoints: ['document', 'textOut', 'textOut'],
  HcnCreateEndpoint: ['handle', 'id', 'document', 'handleOut', 'textOut'],
  HcnOpenEndpoint: ['id', 'handleOut', 'textOut'],
  HcnModifyEndpoint: ['handle', 'document', 'textOut'],
  HcnQueryEndpointProperties: ['handle', 'document', 'textOut', 'textOut'],
  HcnDeleteEndpoint: ['id', 'textOut'],
  HcnCloseEndpoint: ['handle'],
  HcnEnumerateNamespaces: ['document', 'textOut', 'textOut'],
  HcnCreateNamespace: ['id', 'document', 'handleOut', 'textOut'],
  HcnOpenNamespace: ['id', 'handleOut', 'textOut'],
  HcnModifyNamespace: ['handle', 'document', 'textOut'],
  HcnQueryNamespaceProperties: ['handle', 'document', 'textOut', 'textOut'],
  HcnDeleteNamespace: ['id', 'textOut'],
  HcnCloseNamespace: ['handle'],
  HcnEnumerateLoadBalancers: ['document', 'textOut', 'textOut'],
  HcnCreateLoadBalancer: ['id', 'document', 'handleOut', 'textOut'],
  HcnOpenLoadBalancer: ['id', 'handleOut', 'textOut'],
  HcnModifyLoadBalancer: ['handle', 'document', 'textOut'],
  HcnQueryLoadBalancerProperties: ['handle', 'document', 'textOut', 'textOut'],
  HcnDeleteLoadBalancer: ['id', 'textOut'],
  HcnCloseLoadBalancer: ['handle'],
  HcnRegisterServiceCallback: ['callback', 'handle', 'handleOut'],
  HcnUnregisterServiceCallback: ['handle'],
  HcnCreateGuestNetworkService: ['id', 'document', 'handleOut', 'textOut'],
  HcnModifyGuestNetworkService: ['handle', 'document', 'textOut'],
  HcnDeleteGuestNetworkService: ['id', 'textOut'],
  HcnCloseGuestNetworkService: ['handle'],
  HcnRegisterGuestNetworkServiceCallback: ['handle', 'callback', 'handle', 'handleOut'],
  HcnUnregisterGuestNetworkServiceCallback: ['handle'],
  HcnReserveGuestNetworkServicePort: ['handle', 'number', 'number', 'port', 'handleOut'],
  HcnReserveGuestNetworkServicePortRange: ['handle', 'port', 'portsOut', 'handleOut'],
  HcnReleaseGuestNetworkServicePortReservationHandle: ['handle'],
  HcnEnumerateGuestNetworkPortReservations: ['numberOut', 'handleOut'],
  HcnFreeGuestNetworkPortReservations: ['handle'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type HcnFunction = keyof typeof functions;

export const hcnFunctions: readonly HcnFunction[] = Object.keys(functions) as HcnFunction[];

/** How a parameter is declared; the types named Hcn… are each instance's own. */
const declared = (instance: number): Readonly<Record<string, string>> => ({
  document: 'const char16_t *', id: 'const uint8_t *', handle: 'void *', callback: `HcnNotification${instance} *`, number: 'int32_t', port: 'uint16_t',
  textOut: `_Out_ HcnText${instance} *`, handleOut: '_Out_ void **', numberOut: '_Out_ uint32_t *', portsOut: '_Out_ uint16_t *',
});

const firstBuild = 17763;
let instances = 0;
const zeroId = '00000000-0000-0000-0000-000000000000';

export interface ComputeNetworkOptions {
  readonly libraries?: HcnLibraries;
  /** Calls at the same time. */
  readonly atOnce?: number;
  /** Told of each call before it begins. */
  readonly onCall?: (name: HcnFunction) => void;
}

/** One loaded library. Nothing is loaded before the first call. */
export class ComputeNetwork {
  readonly #network: DynamicLibrary;
  readonly #memory: DynamicLibrary;
  readonly #atOnce: number;
  readonly #onCall: ((name: HcnFunction) => void) | undefined;
  readonly #waiting: (() => void)[] = [];
  readonly #bound = new Map<HcnFunction, BoundFunction<HcnCall>>();
  readonly #callbacks = new Map<Pointer, Pointer>();
  #running = 0;
  #types: Readonly<Record<string, string>> | undefined;
  #instance = 0;

  constructor({ libraries = { network: 'computenetwork.dll', memory: 'ole32.dll' }, atOnce = 2, onCall }: ComputeNetworkOptions = {}) {
    this.#network = new DynamicLibrary(libraries.network);
    this.#memory = new DynamicLibrary(libraries.memory);
    this.#atOnce = atOnce;
    this.#onCall = onCall;
  }

  /** The ids (a JSON array) of all objects, or of those that a HostComputeQuery names. */
  enumerate(kind: HcnKind, query: string): Promise<HcnAnswer<string | undefined>> {
    const [found, error] = [out<string>(), out<string>()];
    return this.#call(`HcnEnumerate${kind}s`, error, () => found[0] ?? undefined, query, found, error);
  }

  /** A handle of a new object, the caller's to close. Without `id` the service chooses one. */
  create(kind: Exclude<HcnKind, 'Endpoint'> | 'GuestNetworkService', settings: string, id = zeroId): Promise<HcnAnswer<Pointer | undefined>> {
    const [handle, error] = [out<Pointer>(), out<string>()];
    return this.#call(`HcnCreate${kind}`, error, () => handle[0] ?? undefined, packGuid(id), settings, handle, error);
  }

  createEndpoint(network: Pointer, settings: string, id = zeroId): Promise<HcnAnswer<Pointer | undefined>> {
    const [handle, error] = [out<Pointer>(), out<string>()];
    return this.#call('HcnCreateEndpoint', error, () => handle[0] ?? undefined, network, packGuid(id), settings, handle, error);
  }

  open(kind: HcnKind, id: string): Promise<HcnAnswer<Pointer | undefined>> {
    const [handle, error] = [out<Pointer>(), out<string>()];
    return this.#call(`HcnOpen${kind}`, error, () => handle[0] ?? undefined, packGuid(id), handle, error);
  }

  modify(kind: HcnKind | 'GuestNetworkService', handle: Pointer, settings: string): Promise<HcnAnswer> {
    const error = out<string>();
    return this.#call(`HcnModify${kind}`, error, () => undefined, handle, settings, error);
  }

  query(kind: HcnKind, handle: Pointer, query: string): Promise<HcnAnswer<string | undefined>> {
    const [properties, error] = [out<string>(), out<string>()];
    return this.#call(`HcnQuery${kind}Properties`, error, () => properties[0] ?? undefined, handle, query, properties, error);
  }

  delete(kind: HcnKind | 'GuestNetworkService', id: string): Promise<HcnAnswer> {
    const error = out<string>();
    return this.#call(`HcnDelete${kind}`, error, () => undefined, packGuid(id), error);
  }

  close(kind: HcnKind | 'GuestNetworkService', handle: Pointer): Promise<HcnAnswer> {
    return this.#call(`HcnClose${kind}`, undefined, () => undefined, handle);
  }

  /** Tells of networks and namespaces that come and go, until `unregister`. `notify` runs on the event loop, which it does not keep alive. */
  registerServiceCallback(notify: HcnNotify): Promise<HcnAnswer<Pointer | undefined>> {
    return this.#register('HcnRegisterServiceCallback', notify);
  }

  registerGuestNetworkServiceCallback(service: Pointer, notify: HcnNotify): Promise<HcnAnswer<Pointer | undefined>> {
    return this.#register('HcnRegisterGuestNetworkServiceCallback', notify, service);
  }

  /** Every registered callback must have been given back before the process ends: the service would call into memory that is gone. */
  unregisterServiceCallback(callback: Pointer): Promise<HcnAnswer> {
    return this.#unregister('HcnUnregisterServiceCallback', callback);
  }

  unregisterGuestNetworkServiceCallback(callback: Pointer): Promise<HcnAnswer> {
    return this.#unregister('HcnUnregisterGuestNetworkServiceCallback', callback);
  }

  /** `protocol` and `access` from `hcnPortProtocol` and `hcnPortAccess`. The reservation is the caller's to release. */
  reservePort(service: Pointer, protocol: number, access: number, port: number): Promise<HcnAnswer<Pointer | undefined>> {
    const reservation = out<Pointer>();
    return this.#call('HcnReserveGuestNetworkServicePort', undefined, () => reservation[0] ?? undefined, service, protocol, access, port, reservation);
  }

  /** `count` ports in a row that the service chooses. */
  reservePortRange(service: Pointer, count: number): Promise<HcnAnswer<{ readonly reservation: Pointer; readonly startingPort: number; readonly endingPort: number } | undefined>> {
    const [range, reservation] = [Buffer.alloc(4), out<Pointer>()];
    const value = () => reservation[0] === null ? undefined : { reservation: reservation[0], startingPort: range.readUInt16LE(0), endingPort: range.readUInt16LE(2) };
    return this.#call('HcnReserveGuestNetworkServicePortRange', undefined, value, service, count, range, reservation);
  }

  releasePortReservation(reservation: Pointer): Promise<HcnAnswer> {
    return this.#call('HcnReleaseGuestNetworkServicePortReservationHandle', undefined, () => undefined, reservation);
  }

  /** The service's list is freed before the answer is given. */
  async enumeratePortReservations(): Promise<HcnAnswer<readonly HcnPortRange[]>> {
    const [count, entries] = [out<number>(), out<Pointer>()];
    const answer = await this.#call('HcnEnumerateGuestNetworkPortReservations', undefined, () => entries[0] ?? undefined, count, entries);
    if (answer.value === undefined) return { ...answer, value: [] };
    try {
      const bytes = Buffer.from(koffi().view(answer.value, (count[0] ?? 0) * portEntryBytes).slice(0));
      return { ...answer, value: Array.from({ length: count[0] ?? 0 }, (_, index) => readPortEntry(bytes.subarray(index * portEntryBytes))) };
    } finally {
      await this.#call('HcnFreeGuestNetworkPortReservations', undefined, () => undefined, answer.value);
    }
  }

  async #register(name: 'HcnRegisterServiceCallback' | 'HcnRegisterGuestNetworkServiceCallback', notify: HcnNotify, ...before: readonly Pointer[]): Promise<HcnAnswer<Pointer | undefined>> {
    this.#declare();
    const callback = koffi().register((type: number, _context: unknown, status: number, data: string | null) => { notify(type, status >>> 0, data ?? undefined); }, `HcnNotification${this.#instance} *`);
    const handle = out<Pointer>();
    try {
      const answer = await this.#call(name, undefined, () => handle[0] ?? undefined, ...before, callback, null, handle);
      if (answer.value !== undefined) this.#callbacks.set(answer.value, callback);
      else koffi().unregister(callback);
      return answer;
    } catch (error) {
      koffi().unregister(callback);
      throw error;
    }
  }

  async #unregister(name: 'HcnUnregisterServiceCallback' | 'HcnUnregisterGuestNetworkServiceCallback', handle: Pointer): Promise<HcnAnswer> {
    const answer = await this.#call(name, undefined, () => undefined, handle);
    const callback = this.#callbacks.get(handle);
    if (answer.hresult < failed && callback !== undefined) {
      this.#callbacks.delete(handle);
      koffi().unregister(callback);
    }
    return answer;
  }

  async #call<T>(name: HcnFunction, error: Out<string> | undefined, value: () => T, ...parameters: readonly unknown[]): Promise<HcnAnswer<T>> {
    const bound = this.#bind(name);
    this.#onCall?.(name);
    if (this.#running >= this.#atOnce) await new Promise<void>((resolve) => { this.#waiting.push(resolve); });
    else this.#running += 1;
    try {
      const result = await bound.onWorker(...parameters);
      return { hresult: (result ?? 0) >>> 0, errorRecord: error?.[0] ?? undefined, value: value() };
    } finally {
      // The place goes to the next in line, or is free again.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }

  #bind(name: HcnFunction): BoundFunction<HcnCall> {
    let found = this.#bound.get(name);
    if (found === undefined) {
      const types = this.#declare();
      const result = name === 'HcnFreeGuestNetworkPortReservations' ? 'void' : 'int32_t';
      found = this.#network.bind<HcnCall>(`${result} ${name}(${functions[name].map((parameter) => types[parameter]).join(', ')})`, firstBuild);
      this.#bound.set(name, found);
    }
    return found;
  }

  /** Texts given back are freed as they are read; koffi's names of types are for the whole process. */
  #declare(): Readonly<Record<string, string>> {
    if (this.#types === undefined) {
      instances += 1;
      this.#instance = instances;
      const free = this.#memory.bind<(memory: Pointer) => void>('void CoTaskMemFree(void *memory)', firstBuild);
      koffi().disposable(`HcnText${instances}`, 'str16', (text: Pointer) => { free.now(text); });
      koffi().proto(`HcnNotification${instances}`, 'void', ['uint32_t', 'void *', 'int32_t', 'str16']);
      this.#types = declared(instances);
    }
    return this.#types;
  }
}

const failed = 0x80000000;
const portEntryBytes = 64;

const out = <T>(): Out<T> => [null];

/** A GUID as it lies in memory: the first three groups little-endian. Its text has been checked by the caller. */
const packGuid = (id: string): Buffer => {
  const bytes = Buffer.from(id.replaceAll('-', ''), 'hex');
  if (bytes.length !== 16) throw new TypeError(`'${id}' is not a GUID`);
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes;
};

const readGuid = (bytes: Buffer): string => {
  const copy = Buffer.from(bytes.subarray(0, 16));
  copy.subarray(0, 4).reverse();
  copy.subarray(4, 6).reverse();
  copy.subarray(6, 8).reverse();
  return copy.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};

const readPortEntry = (bytes: Buffer): HcnPortRange => ({
  owningPartitionId: readGuid(bytes),
  targetPartitionId: readGuid(bytes.subarray(16)),
  protocol: bytes.readUInt32LE(32),
  priority: bytes.readBigUInt64LE(40),
  reservationType: bytes.readUInt32LE(48),
  sharingFlags: bytes.readUInt32LE(52),
  deliveryMode: bytes.readUInt32LE(56),
  startingPort: bytes.readUInt16LE(60),
  endingPort: bytes.readUInt16LE(62),
});
