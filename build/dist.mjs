import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { at, node } from './project.mjs';
import { mustRun } from './run.mjs';

const inputs = ['src', 'native', 'build/bundle', 'package-lock.json'];

/** Content, not times: git gives the files of an older version a newer time. */
const fingerprint = () => {
  const hash = createHash('sha256');
  for (const input of inputs) {
    const files = input.includes('.') ? [''] : readdirSync(at(input), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(ts|mjs|json)$/.test(entry.name))
      .map((entry) => `${entry.parentPath ?? entry.path}/${entry.name}`.slice(at(input).length))
      .sort();
    for (const name of files) hash.update(`${input}${name}\0`).update(readFileSync(at(input) + name)).update('\0');
  }
  return hash.digest('hex');
};

const stamp = at('dist', 'fingerprint');

/** Builds dist/ where the sources are other than those that it was built from. */
export const ensureBuilt = async ({ force = false } = {}) => {
  const now = fingerprint();
  if (!force && existsSync(stamp) && readFileSync(stamp, 'utf8') === now) return;
  console.log('set-up: building dist/');
  await mustRun(node(), [at('build', 'bundle', 'bundle.ts'), now]);
};
