import { spawn } from 'node:child_process';
import { root } from './project.mjs';

/**
 * Runs a program in the project's folder with its output on ours, and gives its exit code (128 + the
 * signal's number would hide that it was killed: that is an error). Its standard input is closed, so
 * that nothing can stop to ask.
 */
export const run = (file, args, { environment = {}, output = 'inherit' } = {}) => new Promise((resolve, reject) => {
  const child = spawn(file, args, { cwd: root, stdio: ['ignore', output, output], env: { ...process.env, ...environment } });
  child.once('error', reject);
  child.once('close', (code, signal) => {
    if (signal === null) resolve(code ?? 1);
    else reject(new Error(`${file} was ended by ${signal}`));
  });
});

/** As `run`, but collects the output (both streams in order of arrival) instead of showing it. */
export const capture = (file, args, { environment = {}, cwd = root } = {}) => new Promise((resolve, reject) => {
  const child = spawn(file, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0', ...environment } });
  const chunks = [];
  child.stdout.on('data', (chunk) => chunks.push(chunk));
  child.stderr.on('data', (chunk) => chunks.push(chunk));
  child.once('error', reject);
  child.once('close', (code, signal) => resolve({ exitCode: signal === null ? code ?? 1 : 1, output: Buffer.concat(chunks).toString('utf8') }));
});

/** As `run`, but anything other than success is an error. */
export const mustRun = async (file, args, options) => {
  const exitCode = await run(file, args, options);
  if (exitCode !== 0) throw new Error(`${[file, ...args].join(' ')} ended with exit code ${exitCode}`);
};
