/** `npm run build`: builds dist/ anew. */
import { ensureBuilt } from './dist.mjs';
import { ensurePackages } from './npm-packages.mjs';

await ensurePackages();
await ensureBuilt({ force: true });
