/** `npm run bench`: measures Silo beside its peers, which it installs where they are missing. */
import { at, node } from './project.mjs';
import { run } from './run.mjs';
import { setUp } from './setup.mjs';

await setUp({ purposes: ['run', 'bench'] });
process.exitCode = await run(node(), [at('test', 'bench', 'bench.ts'), ...process.argv.slice(2)]);
