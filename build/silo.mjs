#!/usr/bin/env node
/**
 * The command `silo`. It may be started by any Node from 20 on; the engine runs on the pinned one. Where
 * this process can become that Node it does, otherwise it stands between: signals pass through, and
 * its own exit code is the engine's.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { at, node } from './project.mjs';

const bundle = at('dist', 'silo.mjs');
if (!existsSync(bundle)) {
  console.error('silo: not built yet; run "npm start" or "npm run build"');
  process.exit(1);
}
const file = node();
const args = [bundle, ...process.argv.slice(2)];

if (typeof process.execve === 'function' && process.platform !== 'win32') {
  process.execve(file, [file, ...args], process.env);
} else {
  const child = spawn(file, args, { stdio: 'inherit' });
  // Ctrl+C reaches the whole group by itself; the child decides what it means.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.once('error', (error) => {
    console.error(`silo: ${error.message}`);
    process.exit(1);
  });
  child.once('close', (code, signal) => process.exit(signal === null ? code ?? 1 : 1));
}
