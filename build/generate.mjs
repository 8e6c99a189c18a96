/** `npm run generate`: writes what is made from src/contract (`--check` only compares). */
import { ensurePackages } from './npm-packages.mjs';
import { at, node } from './project.mjs';
import { run } from './run.mjs';

await ensurePackages();
process.exitCode = await run(node(), [at('build', 'generate.ts'), ...process.argv.slice(2)]);
