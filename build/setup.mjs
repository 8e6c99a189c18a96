import { ensureBuilt } from './dist.mjs';
import { ensurePackages } from './npm-packages.mjs';
import { ensureSystemPackages } from './system-packages.mjs';

/**
 * Brings a machine with nothing but Node and npm to where the project runs. It does only what is
 * missing, says what it does, and never asks; so every command may begin with it.
 */
export const setUp = async ({ purposes = ['run'] } = {}) => {
  await ensurePackages();
  await ensureSystemPackages(purposes);
  await ensureBuilt();
};
