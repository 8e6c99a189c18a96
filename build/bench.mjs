/** `npm run bench`: measures Silo beside its peers, which it installs where they are missing. */
import { at, node } from './project.mjs';
import { run } from './run.mjs';
import { setUp } from './setup.mjs';

try {
  await setUp({ purposes: ['run', 'machines', 'bench'] });
  process.exitCode = await run(node(), [at('test', 'bench', 'bench.ts'), ...process.argv.slice(2)]);
} catch (error) {
  console.log(`npm run bench: ${error.message}`);
  process.exitCode = 1;
}
