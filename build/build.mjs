/** `npm run build`: builds dist/ anew. */
import { ensureBuilt } from './dist.mjs';
import { prepare } from './setup.mjs';

await prepare();
await ensureBuilt({ force: true });
