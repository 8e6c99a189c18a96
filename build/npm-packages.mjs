import { existsSync, readFileSync } from 'node:fs';
import { at } from './project.mjs';
import { mustRun } from './run.mjs';

const packagesOf = (lockFile) => JSON.parse(readFileSync(lockFile, 'utf8')).packages;

/**
 * Undefined where node_modules holds what package-lock.json says; otherwise what is wrong. npm itself
 * keeps a list of what it installed, so there is no stamp that could lie. Optional packages may be
 * missing, since npm leaves out those of other systems.
 */
const packagesProblem = () => {
  const installedList = at('node_modules', '.package-lock.json');
  if (!existsSync(installedList)) return 'npm packages are not installed';
  const installed = packagesOf(installedList);
  for (const [path, wanted] of Object.entries(packagesOf(at('package-lock.json')))) {
    if (path === '' || wanted.link === true) continue;
    const found = installed[path];
    if (found === undefined ? wanted.optional !== true : found.version !== wanted.version) return `${path} is not ${wanted.version}`;
  }
  return undefined;
};

/**
 * Installs what package-lock.json lists where it isn't there already. Not by "npm ci": that refuses a lock
 * file without the packages of systems which the registry it was made from doesn't carry. With --no-save
 * the lock file decides all the same, and stays as it is.
 */
export const ensurePackages = async () => {
  const problem = packagesProblem();
  if (problem === undefined) return;
  console.log(`set-up: npm install --no-save (${problem})`);
  // npm tells its scripts where it is; without npm around us, the one on the PATH will do.
  const npm = process.env.npm_execpath;
  const args = ['install', '--no-save', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  if (npm?.endsWith('.js') === true) await mustRun(process.execPath, [npm, ...args]);
  else await mustRun(process.platform === 'win32' ? 'npm.cmd' : 'npm', args);
};
