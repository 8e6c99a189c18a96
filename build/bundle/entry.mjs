/**
 * What starts the engine (dist/silo.mjs). It turns on the cache of compiled code before the large file
 * is read. The cache lies beside the code, never in a temp folder that everybody may write to: whoever
 * can change the cache could change the code as well.
 */
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

if (process.env.NODE_COMPILE_CACHE === undefined) enableCompileCache(fileURLToPath(new URL('cache', import.meta.url)));
await import('./main.mjs');
