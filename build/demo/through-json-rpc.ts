import { setTimeout as delay } from 'node:timers/promises';
import type { WireLogLine } from '../../src/contract/index.ts';
import { EngineClient } from '../engine-client.ts';
import { page } from './root-file-system.ts';

const say = (text: string): void => console.log(text);
const show = (text: string): void => console.log(text.trimEnd().replaceAll(/^/gm, '  | '));

/** The main job over JSON-RPC, as any client that is not PowerShell would do it. */
export const runThroughJsonRpc = async (root: string, archive: string): Promise<void> => {
  await using engine = await EngineClient.start({ root });

  say('importing the image demo/busybox');
  const { images } = await engine.call('image/import', { path: archive, reference: 'demo/busybox:latest', config: { command: ['/bin/sh'] } });
  for (const image of images) show(`${image.name}  ${image.digest}  ${image.sizeBytes} bytes`);

  say('running a container from it');
  const lines: string[] = [];
  const run = await engine.call('container/run',
    { image: 'demo/busybox', network: 'None', command: ['sh', '-c', 'echo "Hello from $(hostname), process $$ of $(uname -s)."'], autoRemove: true },
    { onItem: (line) => lines.push((line as WireLogLine).text) });
  show(lines.join('\n'));
  if (run.container.exitCode !== 0 || lines.length !== 1) throw new Error(`the container ended with exit code ${String(run.container.exitCode)}`);

  say('starting a second one that serves a page');
  const { container } = await engine.call('container/create', { image: 'demo/busybox', name: 'demo-page', network: 'None', command: ['httpd', '-f', '-vv', '-p', '8080', '-h', '/www'] });
  await engine.call('container/start', { container: container.id });

  say('fetching the page by a command in it');
  const fetched = await fetchPage(engine, container.id);
  show(fetched);
  if (fetched.trimEnd() !== page.trimEnd()) throw new Error('the page that came back is not the page of the image');

  say('its log');
  const log: string[] = [];
  await engine.call('container/log', { container: container.id }, { onItem: (line) => log.push((line as WireLogLine).text) });
  show(log.join('\n'));

  say('stopping and removing it, and the image');
  await engine.call('container/stop', { container: container.id, timeoutSeconds: 5 });
  await engine.call('container/remove', { container: container.id });
  await engine.call('image/remove', { image: 'demo/busybox' });
  const left = await engine.call('container/list', {});
  if (left.items.length > 0) throw new Error(`${left.items.length} containers are left`);
};

/** The server needs a moment until it listens. */
const fetchPage = async (engine: EngineClient, container: string): Promise<string> => {
  for (let attempt = 1; ; attempt += 1) {
    const lines: string[] = [];
    const { process } = await engine.call('process/run', { container, command: ['wget', '-q', '-O', '-', 'http://127.0.0.1:8080/'] }, { onItem: (line) => lines.push((line as WireLogLine).text) });
    if (process.exitCode === 0) return lines.join('\n');
    if (attempt === 20) throw new Error(`wget ended with exit code ${String(process.exitCode)}:\n${lines.join('\n')}`);
    await delay(100);
  }
};
