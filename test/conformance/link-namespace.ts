import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { RuntimeFixture } from './runtime.suite.ts';

/** A network namespace with loopback alone, under a name of ip-netns(8). */
export const makeLinkNamespace = (): NonNullable<RuntimeFixture['links']> & { readonly name: string; close(): void } => {
  const name = `silo-${randomBytes(4).toString('hex')}`;
  const ip = (...args: readonly string[]): void => { execFileSync('ip', args); };
  ip('netns', 'add', name);
  return {
    name,
    namespacePath: join('/run/netns', name),
    add: (one, other) => { ip('-netns', name, 'link', 'add', one, 'type', 'veth', 'peer', 'name', other); },
    remove: (one) => { ip('-netns', name, 'link', 'delete', one); },
    close: () => { ip('netns', 'delete', name); },
  };
};
