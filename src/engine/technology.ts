import { SiloError } from '../base/index.ts';
import type { Isolation } from '../core/index.ts';
import type { EffectiveIsolation, IsolationTechnology, Ports } from './ports.ts';

export interface IsolationChoice {
  readonly effective: EffectiveIsolation;
  readonly technology: IsolationTechnology;
  readonly reason: string;
}

/** Which isolation a container gets, with the reason. @throws SiloError IsolationUnsupported */
export const chooseIsolation = (isolations: Ports['isolations'], wanted: Isolation): IsolationChoice => {
  const order: readonly EffectiveIsolation[] = wanted === 'Auto' ? ['Process', 'HyperV'] : [wanted];
  for (const effective of order) {
    const offer = isolations[effective];
    if (offer.technology !== undefined) return { effective, technology: offer.technology, reason: wanted === 'Auto' ? offer.reason : `${wanted} was asked for` };
  }
  const reason = order.map((effective) => isolations[effective].reason).join('; ');
  throw new SiloError('IsolationUnsupported', { args: { isolation: wanted, reason }, target: { kind: 'isolation', id: wanted } });
};

/** The technology a container was made with. */
export const technologyOf = (isolations: Ports['isolations'], record: { readonly runtime: string }): IsolationTechnology & { readonly effective: EffectiveIsolation } => {
  for (const effective of ['Process', 'HyperV'] as const) {
    const { technology } = isolations[effective];
    if (technology?.runtime.name === record.runtime) return { ...technology, effective };
  }
  throw new SiloError('IsolationUnsupported', { args: { isolation: record.runtime, reason: 'the container was made on a host that had it' }, target: { kind: 'isolation', id: record.runtime } });
};
