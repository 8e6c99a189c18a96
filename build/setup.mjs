import { ensureBuilt } from './dist.mjs';
import { ensureMachine } from './machine/machine.mjs';
import { ensurePackages } from './npm-packages.mjs';
import { ensureSystemPackages } from './system-packages.mjs';

/**
 * Node and npm's packages, and nothing of the system that is for running containers. The library that
 * Node needs comes first: npm puts the new Node on the PATH of its scripts.
 */
export const prepare = async () => {
  await ensureSystemPackages(['node']);
  await ensurePackages();
};

/**
 * Brings a machine with nothing but Node and npm to where the project runs. It does only what is
 * missing, says what it does, and never asks; so every command may begin with it.
 */
export const setUp = async ({ purposes = ['run'] } = {}) => {
  await ensureSystemPackages(['node', ...purposes]);
  await ensurePackages();
  await ensureBuilt();
  await ensureMachine();
};
