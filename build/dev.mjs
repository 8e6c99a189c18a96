/** `npm run dev`: builds dist/ anew and checks the types whenever a source changes, until Ctrl+C. */
import { watch } from 'node:fs';
import { ensureBuilt } from './dist.mjs';
import { at, node } from './project.mjs';
import { run } from './run.mjs';
import { setUp } from './setup.mjs';

let wanted = true;
let wake = () => {};

const change = () => {
  wanted = true;
  wake();
};

await setUp();
// An editor writes a file in several steps; one change a moment is enough.
let timer;
for (const folder of ['src', 'native']) {
  watch(at(folder), { recursive: true }, () => {
    clearTimeout(timer);
    timer = setTimeout(change, 200);
  });
}
for (;;) {
  if (!wanted) await new Promise((resolve) => { wake = resolve; });
  wanted = false;
  try {
    await ensureBuilt();
    const exitCode = await run(node(), [at('node_modules', 'typescript', 'bin', 'tsc'), '--project', at('tsconfig.json')]);
    console.log(exitCode === 0 ? 'dev: built; types hold' : 'dev: built; types do not hold');
  } catch (error) {
    console.log(`dev: ${error.message}`);
  }
}
