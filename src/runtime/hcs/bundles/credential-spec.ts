import { SiloError } from '../../../base/index.ts';
import { checkDocument } from '../check-document.ts';
import type { CredentialGuardSystemInfo } from '../documents/answers.ts';
import type { ContainerCredentialGuard } from '../documents/container.ts';
import type { ModificationRequest } from '../documents/requests.ts';
import type { HostComputeService } from '../host-compute-service.ts';

const change = async (service: HostComputeService, request: ModificationRequest): Promise<void> => {
  checkDocument('ModificationRequest', request);
  await service.modifyService(request);
};

/** Hands a credential specification to the service; the answer goes into the document of the container that uses it. @throws SiloError HcsAnswerInvalid */
export const addCredential = async (service: HostComputeService, id: string, spec: string): Promise<ContainerCredentialGuard> => {
  await change(service, { PropertyType: 'ContainerCredentialGuard', Settings: { Operation: 'AddInstance', OperationDetails: { Id: id, CredentialSpec: spec, Transport: 'LRPC' } } });
  const answer = (await service.serviceProperties({ PropertyTypes: ['ContainerCredentialGuard'] })).Properties[0] as CredentialGuardSystemInfo | undefined;
  const found = answer?.Instances.find((instance) => instance.Id === id)?.CredentialGuard;
  if (found === undefined) throw new SiloError('HcsAnswerInvalid', { args: { operation: 'get properties', id, reason: 'the credential that was added is not among those of the service' } });
  return found;
};

export const removeCredential = (service: HostComputeService, id: string): Promise<void> =>
  change(service, { PropertyType: 'ContainerCredentialGuard', Settings: { Operation: 'RemoveInstance', OperationDetails: { Id: id } } });
