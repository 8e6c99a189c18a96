import { createHash } from 'node:crypto';
import type { Digest } from '../base/index.ts';

/**
 * The chain id of every layer, the lowest first: the name of a layer together with all below it
 * (OCI image specification, config.md, "Layer ChainID").
 */
export const chainIds = (diffIds: readonly Digest[]): readonly Digest[] => {
  const chain: Digest[] = [];
  for (const diffId of diffIds) {
    const below = chain.at(-1);
    chain.push(below === undefined ? diffId : `sha256:${createHash('sha256').update(`${below} ${diffId}`).digest('hex')}`);
  }
  return chain;
};
