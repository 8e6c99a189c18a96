import { isSiloError } from '../base/index.ts';
import { applyApplication, listApplications, removeApplication, startApplication, stopApplication, type ApplicationStatus } from '../engine/index.ts';
import type { DesiredKind, Difference, Found } from './desired.ts';

/** An application of several containers as it shall be. */
export interface ApplicationWish {
  readonly name: string;
  readonly exist?: boolean | undefined;
  /** Absolute paths of compose files. Left out: it is not compared with files. */
  readonly files?: readonly string[] | undefined;
  readonly profiles?: readonly string[] | undefined;
  readonly environmentFiles?: readonly string[] | undefined;
  readonly environment?: ReadonlyMap<string, string> | undefined;
  readonly removeOrphans?: boolean | undefined;
  readonly state?: 'running' | 'stopped' | undefined;
  /** Where it goes: also its named volumes. */
  readonly removeVolumes?: boolean | undefined;
  readonly timeoutSeconds?: number | undefined;
}

const loadOf = (wish: ApplicationWish, files: readonly string[]) => ({
  files, name: wish.name, profiles: wish.profiles, environmentFiles: wish.environmentFiles, environment: wish.environment ?? new Map<string, string>(), removeOrphans: wish.removeOrphans, timeoutSeconds: wish.timeoutSeconds,
});

/** Applications, by their names. */
export const desiredApplication: DesiredKind<ApplicationWish, ApplicationStatus> = {
  async find({ engine, signal }, wish): Promise<Found<ApplicationStatus>> {
    let state: ApplicationStatus | undefined;
    try {
      [state] = await listApplications(engine.ports, [wish.name]);
    } catch (error) {
      if (!isSiloError(error, 'ApplicationNotFound')) throw error;
    }
    if (state === undefined || wish.exist === false) return { state, differences: [] };
    const differences: Difference[] = [];
    if (wish.files !== undefined) {
      const { items } = await applyApplication(engine.ports, engine.configs, { ...loadOf(wish, wish.files), dryRun: true }, {}, signal);
      for (const { kind, name, action, reason } of items) {
        // A policy that always pulls or builds is no difference: another image makes its containers differ.
        if (action !== 'Kept' && kind !== 'Image') differences.push({ property: 'files', change: action === 'WouldRecreate' ? 'Recreate' : 'InPlace', reason: `${kind.toLowerCase()} ${name}: ${reason}` });
      }
    }
    if (wish.state === 'running' && state.state !== 'running') differences.push({ property: 'state', change: 'InPlace', reason: state.state === 'stopped' ? 'none of its containers runs' : 'not all of its containers run' });
    if (wish.state === 'stopped' && state.state !== 'stopped') differences.push({ property: 'state', change: 'InPlace', reason: 'containers of it run and shall not' });
    return { state, differences };
  },

  async change({ engine, signal, progress }, wish, { state, differences }) {
    const ports = engine.forChange();
    const { files = [] } = wish;
    if (state === undefined || differences.some(({ property }) => property === 'files')) {
      await applyApplication(ports, engine.configs, { ...loadOf(wish, files), start: wish.state === 'running' }, { progress }, signal);
    }
    if (wish.state === 'running') await startApplication(ports, wish.name, wish.timeoutSeconds, signal);
    if (wish.state === 'stopped') await stopApplication(ports, wish.name, undefined, signal);
  },

  async remove({ engine, signal }, wish) { await removeApplication(engine.forChange(), wish.name, { force: true, removeVolumes: wish.removeVolumes }, signal); },

  list: ({ engine }) => listApplications(engine.ports, undefined),
};
