import { isSiloError } from '../../base/index.ts';
import type { RuntimeRequirement } from '../../core/index.ts';
import type { BasicInformation } from './documents/answers.ts';
import type { HostComputeService } from './host-compute-service.ts';
import type { IsolationPlan } from './isolation-plan.ts';

const inOneLine = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const versionText = ({ Major, Minor }: { readonly Major: number; readonly Minor: number }): string => `${Major}.${Minor}`;

/** What the host must have for this isolation: the library, a service that answers, and a schema that Silo speaks. */
export const hcsRequirements = async (service: HostComputeService, plan: IsolationPlan): Promise<readonly RuntimeRequirement[]> => {
  const name = 'Host Compute Service';
  let basic: BasicInformation | undefined;
  try {
    basic = (await service.serviceProperties({ PropertyTypes: ['Basic'] })).Properties[0] as BasicInformation | undefined;
    await service.listSystems({ Owners: ['Silo'] });
  } catch (error) {
    return [{ name, satisfied: false, detail: inOneLine(error), remedy: isSiloError(error) ? error.action : 'Start-Service vmcompute' }];
  }
  const versions = Array.isArray(basic?.SupportedSchemaVersions) ? basic.SupportedSchemaVersions : [];
  // What starts Linux kernels by itself came with 2.2.
  const wanted = plan.guest === 'linux' ? 2 : 1;
  const speaks = versions.some(({ Major, Minor }) => Major === 2 && Minor >= wanted);
  return [
    { name, satisfied: true, detail: 'it answers', remedy: undefined },
    {
      name: 'schema of the Host Compute Service',
      satisfied: speaks,
      detail: versions.length === 0 ? 'it names none' : `it speaks ${versions.map(versionText).join(', ')}; 2.${wanted} is needed`,
      remedy: speaks ? undefined : 'Update Windows: Windows 10 1809 and Server 2019 are the first that will do, for Linux containers Windows 10 1903.',
    },
  ];
};
