/** `npm run generate`: writes what is made from src/contract (`--check` only compares). */
import { prepare } from './setup.mjs';
import { at, node } from './project.mjs';
import { run } from './run.mjs';

await prepare();
process.exitCode = await run(node(), [at('build', 'generate.ts'), ...process.argv.slice(2)]);
