import { SiloError } from '../../base/index.ts';
import { checkDocument } from './check-document.ts';
import type { CredentialGuardSystemInfo } from './documents/answers.ts';
import type { ContainerCredentialGuard } from './documents/container.ts';
import type { ModificationRequest, ModifySettingRequest } from './documents/requests.ts';
import type { HostComputeService } from './host-compute-service.ts';

type Instance = CredentialGuardSystemInfo['Instances'][number];

export interface AddedCredential {
  /** Stands in the document of the container. */
  readonly guard: ContainerCredentialGuard;
  /** What a utility VM is asked before the container is made in it, so that its guest reaches the host's service. */
  readonly requests: readonly ModifySettingRequest[];
}

const change = async (service: HostComputeService, request: ModificationRequest): Promise<void> => {
  checkDocument('ModificationRequest', request);
  await service.modifyService(request);
};

const instanceOf = async (service: HostComputeService, id: string): Promise<Instance | undefined> => {
  const answer = (await service.serviceProperties({ PropertyTypes: ['ContainerCredentialGuard'] })).Properties[0] as CredentialGuardSystemInfo | undefined;
  return answer?.Instances.find((instance) => instance.Id === id);
};

/** A machine lets nobody in it connect to the host before the host's service stands in its table (hcsshim, internal/hcsoci/resources_wcow.go). */
const socketRequests = ({ HvSocketConfig }: Instance): readonly ModifySettingRequest[] | undefined => (HvSocketConfig === undefined ? undefined : [
  { ResourcePath: `VirtualMachine/Devices/HvSocket/HvSocketConfig/ServiceTable/${HvSocketConfig.ServiceId}`, RequestType: 'Update', Settings: HvSocketConfig.ServiceConfig ?? {} },
]);

/** Hands a credential specification to the service. `transport`: how the container reaches it, HvSocket from within a utility VM. @throws SiloError HcsAnswerInvalid */
export const addCredential = async (service: HostComputeService, id: string, spec: string, transport: 'LRPC' | 'HvSocket'): Promise<AddedCredential> => {
  await change(service, { PropertyType: 'ContainerCredentialGuard', Settings: { Operation: 'AddInstance', OperationDetails: { Id: id, CredentialSpec: spec, Transport: transport } } });
  const found = await instanceOf(service, id);
  const invalid = (reason: string): SiloError => new SiloError('HcsAnswerInvalid', { args: { operation: 'get properties', id, reason } });
  if (found?.CredentialGuard === undefined) throw invalid('the credential that was added is not among those of the service');
  const requests = transport === 'LRPC' ? [] : socketRequests(found);
  if (requests === undefined) throw invalid('the credential that was added has no socket for a utility VM');
  return { guard: found.CredentialGuard, requests };
};

/** Takes a credential from the service. One that is not there is none: what made it may have been killed before or after. */
export const removeCredential = async (service: HostComputeService, id: string): Promise<void> => {
  if ((await instanceOf(service, id)) === undefined) return;
  await change(service, { PropertyType: 'ContainerCredentialGuard', Settings: { Operation: 'RemoveInstance', OperationDetails: { Id: id } } });
};
