/** `npm start`: sets up what is missing, builds, and does the main job once. `--json-rpc` leaves PowerShell out. */
import { at, node } from './project.mjs';
import { run } from './run.mjs';
import { setUp } from './setup.mjs';

try {
  await setUp();
  process.exitCode = await run(node(), [at('build', 'demo', 'demo.ts'), ...process.argv.slice(2)]);
} catch (error) {
  console.log(`npm start: ${error.message}`);
  process.exitCode = 1;
}
