import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { EngineClient } from '../../build/engine-client.ts';
import type { Params, Result } from '../../src/contract/index.ts';
import { TestHost } from './host-state.ts';

interface Line { readonly stream: string; readonly text: string }

export interface Built extends Result<'image/build'> {
  readonly lines: readonly string[];
  readonly headers: readonly string[];
}

type Files = Readonly<Record<string, string | Uint8Array>>;

/** A host with the image `busybox:test`, and the means to build on it. */
export class BuildHost extends TestHost {
  /** A context folder with these files. */
  context(files: Files): string {
    const folder = mkdtempSync(join(this.folder, 'context-'));
    this.write(folder, files);
    return folder;
  }

  write(folder: string, files: Files): void {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
  }

  /** Processes and mounts of this host's builds, which have no container's record. */
  tasks(): readonly string[] {
    const run = createHash('sha256').update(this.root).digest('hex').slice(0, 12);
    const found: string[] = [];
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        if (line.includes(`/run/silo/${run}`)) found.push(line);
      } catch {
        // It ended meanwhile.
      }
    }
    return [...found, ...readFileSync('/proc/self/mountinfo', 'utf8').split('\n').filter((line) => line.includes(`/run/silo/${run}`))];
  }

  forget(folder: string): void { rmSync(folder, { recursive: true, force: true }); }

  async build(engine: EngineClient, files: Files | string, params: Partial<Params<'image/build'>> = {}, signal?: AbortSignal): Promise<Built> {
    const lines: Line[] = [];
    const path = typeof files === 'string' ? files : this.context(files);
    const result = await engine.call('image/build', { path, references: ['built:test'], ...params }, { onItem: (item) => lines.push(item as Line), ...(signal === undefined ? {} : { signal }) });
    return { ...result, lines: lines.filter(({ stream }) => stream === 'stdout').map(({ text }) => text), headers: lines.filter(({ stream }) => stream === 'stderr').map(({ text }) => text) };
  }

  /** Runs a command in a container of an image, and gives what it wrote. */
  async output(engine: EngineClient, command: string, image = 'built:test'): Promise<string> {
    const lines: string[] = [];
    const { container } = await engine.call('container/run', { image, entrypoint: ['sh', '-c', command] }, { onItem: (item) => lines.push((item as Line).text) });
    await engine.call('container/remove', { container: container.id });
    return lines.join('\n');
  }
}
