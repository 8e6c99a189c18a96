/** `npm run check`: types, linter, architecture, unused code, generated files. */
import { runChecks } from './checks.mjs';
import { prepare } from './setup.mjs';

await prepare();
const { passed, failed } = await runChecks();
console.log(`${passed} passed, ${failed} failed`);
if (failed > 0 || passed === 0) process.exitCode = 1;
