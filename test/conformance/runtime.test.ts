import { describe, it } from 'vitest';
import { whyNoContainers } from '../fixtures/busybox-root.ts';
import { makeRunc } from './runc-host.ts';
import { runtimeSuite } from './runtime.suite.ts';

const reason = whyNoContainers();
if (reason === undefined) runtimeSuite('runc with conmon', makeRunc);
else describe('Runtime: runc with conmon', () => { it.skip(`needs a host that runs containers (${reason})`, () => undefined); });
