/** `npm run package`: makes the module as it is installed, in dist/package. */
import { at, node } from './project.mjs';
import { run } from './run.mjs';
import { prepare } from './setup.mjs';

try {
  await prepare();
  process.exitCode = await run(node(), [at('build', 'package', 'package-module.ts'), ...process.argv.slice(2)]);
} catch (error) {
  console.log(`npm run package: ${error.message}`);
  process.exitCode = 1;
}
