import { SiloError } from '../base/index.ts';
import { scopeOf, type ContainerWish } from './container-differences.ts';
import { desiredContainer, type FoundContainer } from './desired-container.ts';
import { setDesired, testDesired, type DesiredKind, type Difference, type Found, type Work } from './desired.ts';

/** Containers that belong together by a label, and, with purge, no others of that label. */
export interface ContainerListWish {
  readonly scope: string;
  readonly exist?: boolean | undefined;
  readonly containers?: readonly ContainerWish[] | undefined;
  /** Removes containers of the scope that are not listed. */
  readonly purge?: boolean | undefined;
}

export interface FoundContainerList {
  readonly scope: string;
  readonly containers: readonly FoundContainer[];
}

const membersOf = async (work: Work, scope: string): Promise<readonly FoundContainer[]> => (await desiredContainer.list(work)).filter(({ container }) => scopeOf(container.record) === scope);

const unlisted = (wish: ContainerListWish, members: readonly FoundContainer[]): readonly string[] => {
  const names = new Set((wish.containers ?? []).map(({ name }) => name));
  return members.map(({ container }) => container.record.name).filter((name) => !names.has(name));
};

const wishesOf = ({ scope, containers = [] }: ContainerListWish): readonly ContainerWish[] => {
  const names = containers.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new SiloError('ParameterInvalid', { args: { parameter: 'containers', reason: `'${twice}' is listed twice` }, target: { kind: 'container', id: twice } });
  return containers.map((container) => ({ ...container, scope }));
};

/** Lists of containers, by their scopes. An empty list is there: nothing is made for it. */
export const desiredContainerList: DesiredKind<ContainerListWish, FoundContainerList> = {
  async find(work, wish): Promise<Found<FoundContainerList>> {
    const members = await membersOf(work, wish.scope);
    if (wish.exist === false) return { state: members.length === 0 ? undefined : { scope: wish.scope, containers: members }, differences: [] };
    const differences: Difference[] = [];
    const listed: FoundContainer[] = [];
    for (const container of wishesOf(wish)) {
      const { state, differences: own } = await testDesired(desiredContainer, work, container);
      if (state !== undefined) listed.push(state);
      for (const { property, change, reason } of own) differences.push({ property: 'containers', change, reason: `${container.name}: ${property}: ${reason}` });
    }
    const others = unlisted(wish, members);
    if (wish.purge === true) for (const name of others) differences.push({ property: 'purge', change: 'Remove', reason: `${name} is not listed` });
    const known = new Set(listed.map(({ container }) => container.record.id));
    return { state: { scope: wish.scope, containers: [...listed, ...members.filter(({ container }) => !known.has(container.record.id))] }, differences };
  },

  async change(work, wish) {
    if (wish.purge === true) for (const name of unlisted(wish, await membersOf(work, wish.scope))) await setDesired(desiredContainer, work, { name, exist: false, resources: {} }, false);
    for (const container of wishesOf(wish)) await setDesired(desiredContainer, work, container, false);
  },

  async remove(work, wish) {
    for (const { container } of await membersOf(work, wish.scope)) await setDesired(desiredContainer, work, { name: container.record.name, exist: false, resources: {} }, false);
  },

  async list(work) {
    const byScope = new Map<string, FoundContainer[]>();
    for (const found of await desiredContainer.list(work)) {
      const scope = scopeOf(found.container.record);
      if (scope !== undefined) byScope.set(scope, [...byScope.get(scope) ?? [], found]);
    }
    return [...byScope].map(([scope, containers]) => ({ scope, containers }));
  },
};
