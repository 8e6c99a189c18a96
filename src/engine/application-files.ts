import type { ApplicationService, ServiceFile } from '../application/index.ts';
import type { Ports } from './ports.ts';

const contentOf = ({ contents }: ApplicationService, { name }: ServiceFile): Buffer => Buffer.from(contents.get(name) ?? '');

/** True where a secret or config that a container was made with has another content now. One that is gone is no difference: it is written again. */
export const filesDiffer = async (ports: Ports, id: string, service: ApplicationService): Promise<boolean> => {
  for (const file of service.settings.files ?? []) {
    const held = await ports.files.held(id, file);
    if (held !== undefined && !contentOf(service, file).equals(held.content)) return true;
  }
  return false;
};

/** Writes those secrets and configs of a container that are not there: after its record, so that whatever a kill leaves has an owner. */
export const holdFiles = async (ports: Ports, id: string, service: ApplicationService): Promise<void> => {
  for (const file of service.settings.files ?? []) if (await ports.files.held(id, file) === undefined) await ports.files.hold(id, file, contentOf(service, file), file);
};
