import type { Out, Pointer } from '../../../native/dynamic-library.ts';
import { readDocument, readServiceProperties, readSystemList, type ServiceProperties, type SystemProperties } from './documents/answers.ts';
import type { ComputeSystemDocument } from './documents/compute-system.ts';
import type { CrashReport, ModificationRequest, ServicePropertyQuery, SystemQuery } from './documents/requests.ts';
import { ComputeSystem } from './compute-system.ts';
import { HcsCalls, type HcsLibraries } from './hcs-calls.ts';
import type { CallContext } from './hcs-error.ts';
import { documentText, optionalDocument, plainText } from './plain-text.ts';
import { whileWanted, type CallOptions } from './waiting.ts';

const genericAll = 0x10000000;

/**
 * The Host Compute Service of this machine. No method blocks the event loop, and none abandons a call that was
 * made: a promise settles when the work has, also where its caller has left. Errors are SiloErrors; those of
 * HCS carry `native.hresult` and what the service told of the cause. Whoever makes one closes it.
 */
export class HostComputeService {
  readonly #calls: HcsCalls;
  readonly #systems = new Set<ComputeSystem>();

  constructor(libraries: HcsLibraries = {}) { this.#calls = new HcsCalls(libraries); }

  /** Creates a system, which is not started. Where the caller has left by then, it is ended again. Errors: ComputeSystemExists, ConfigInvalid, HyperVNotInstalled, ImageVersionMismatch, LayerInvalid, ElevationRequired, … */
  async createSystem(id: string, document: ComputeSystemDocument, options?: CallOptions): Promise<ComputeSystem> {
    const context: CallContext = { operation: 'create', target: { kind: 'container', id } };
    plainText('id', id);
    return whileWanted(context.operation, options, async () => {
      const place: Out<Pointer> = [null];
      try {
        await this.#calls.run(context, (operation) => this.#calls.core.HcsCreateComputeSystem.onWorker(id, documentText(document), operation, null, place));
      } catch (error) {
        if (place[0] !== null) await this.#calls.core.HcsCloseComputeSystem.onWorker(place[0]);
        throw error;
      }
      return this.#adopt(id, place);
    }, async (system) => {
      await system.terminate().catch(() => undefined);
      await system.close();
    });
  }

  /** Errors: ContainerNotFound. */
  async openSystem(id: string, options?: CallOptions): Promise<ComputeSystem> {
    const context: CallContext = { operation: 'open', target: { kind: 'container', id } };
    plainText('id', id);
    return whileWanted(context.operation, options, async () => {
      const place: Out<Pointer> = [null];
      await this.#calls.call(context, () => this.#calls.core.HcsOpenComputeSystem.onWorker(id, genericAll, place));
      return this.#adopt(id, place);
    }, (system) => system.close());
  }

  /** Properties of all systems that the query names; of all there are without one. */
  async listSystems(query?: SystemQuery, options?: CallOptions): Promise<readonly SystemProperties[]> {
    const context = this.#context('enumerate systems');
    const { document } = await whileWanted(context.operation, options, () =>
      this.#calls.run(context, (operation) => this.#calls.core.HcsEnumerateComputeSystems.onWorker(optionalDocument(query), operation)));
    return readSystemList(document, context);
  }

  async serviceProperties(query: ServicePropertyQuery, options?: CallOptions): Promise<ServiceProperties> {
    const context = this.#context('get properties');
    const document = await whileWanted(context.operation, options, () =>
      this.#calls.document(context, (place) => this.#calls.core.HcsGetServiceProperties.onWorker(documentText(query), place)));
    return readServiceProperties(document, context);
  }

  async modifyService(request: ModificationRequest, options?: CallOptions): Promise<void> {
    const context = this.#context('modify settings');
    await whileWanted(context.operation, options, () => this.#calls.document(context, (place) => this.#calls.core.HcsModifyServiceSettings.onWorker(documentText(request), place)));
  }

  /** Hands a crash report to Windows Error Reporting. */
  submitCrashReport(report: CrashReport, options?: CallOptions): Promise<void> {
    return this.#direct('submit a crash report', undefined, options, () => this.#calls.core.HcsSubmitWerReport.onWorker(documentText(report)));
  }

  /** Lets a virtual machine's worker open the file. */
  grantVmAccess(vmId: string, path: string, options?: CallOptions): Promise<void> {
    return this.#direct('grant access', path, options, () => this.#calls.core.HcsGrantVmAccess.onWorker(plainText('vmId', vmId), path));
  }

  revokeVmAccess(vmId: string, path: string, options?: CallOptions): Promise<void> {
    return this.#direct('revoke access', path, options, () => this.#calls.core.HcsRevokeVmAccess.onWorker(plainText('vmId', vmId), path));
  }

  /** Lets every virtual machine's worker open the file. Errors: HcsFunctionMissing before build 19041. */
  grantVmGroupAccess(path: string, options?: CallOptions): Promise<void> {
    return this.#direct('grant access', path, options, () => this.#calls.core.HcsGrantVmGroupAccess.onWorker(path));
  }

  revokeVmGroupAccess(path: string, options?: CallOptions): Promise<void> {
    return this.#direct('revoke access', path, options, () => this.#calls.core.HcsRevokeVmGroupAccess.onWorker(path));
  }

  createEmptyGuestStateFile(path: string, options?: CallOptions): Promise<void> {
    return this.#direct('create a guest state file', path, options, () => this.#calls.core.HcsCreateEmptyGuestStateFile.onWorker(path));
  }

  createEmptyRuntimeStateFile(path: string, options?: CallOptions): Promise<void> {
    return this.#direct('create a runtime state file', path, options, () => this.#calls.core.HcsCreateEmptyRuntimeStateFile.onWorker(path));
  }

  /** VmProcessorRequirements of a saved virtual machine. Errors: HcsFunctionMissing before build 20348. */
  async processorRequirements(path: string, options?: CallOptions): Promise<object> {
    const context: CallContext = { ...this.#context('read a saved state'), path };
    plainText('path', path);
    const document = await whileWanted(context.operation, options, () =>
      this.#calls.document(context, (place) => this.#calls.core.HcsGetProcessorCompatibilityFromSavedState.onWorker(path, place)));
    return readDocument(document, context);
  }

  /** Closes every handle, newest first, and takes the callbacks back. */
  async close(): Promise<void> {
    for (const system of [...this.#systems].reverse()) await system.close();
    this.#calls.end();
  }

  async #adopt(id: string, [handle]: Out<Pointer>): Promise<ComputeSystem> {
    const system = await ComputeSystem.attach(this.#calls, id, handle ?? 0n, (closed) => { this.#systems.delete(closed); });
    this.#systems.add(system);
    return system;
  }

  #context(operation: string): CallContext { return { operation, target: { kind: 'host', id: 'hcs' } }; }

  #direct(operation: string, path: string | undefined, options: CallOptions | undefined, make: () => Promise<number>): Promise<void> {
    const context: CallContext = { ...this.#context(operation), ...(path === undefined ? {} : { path: plainText('path', path) }) };
    return whileWanted(operation, options, () => this.#calls.call(context, make));
  }
}
