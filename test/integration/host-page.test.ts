import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPowerShell } from '../../build/find-powershell.ts';
import { Browser, whyNoBrowser } from '../fixtures/browser.ts';
import { evilName, hostPicture } from '../fixtures/host-picture.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';

const root = join(import.meta.dirname, '../..');
const powerShell = findPowerShell();
const missing = powerShell === undefined ? 'missing: PowerShell' : whyNoBrowser();
const importSilo = `Import-Module '${join(root, 'module/Silo/Silo.psd1')}'`;
const folder = mkdtempSync(join(tmpdir(), 'silo-page-'));
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });
const environment = { ...process.env, SILO_ENGINE: join(root, 'test/module/scripted-engine.ts') };

/** Makes the page of a picture as Show-ContainerHost -Path does, in the language of a culture. */
const renderPage = (picture: object, culture = 'en-US'): string => {
  const page = join(folder, `${culture}-${Date.now()}.html`);
  writeFileSync(join(folder, 'picture.json'), JSON.stringify(picture));
  const script = `[cultureinfo]::CurrentUICulture = '${culture}'; ${importSilo}
& (Get-Module -Name Silo) { param($folder, $page) $picture = Get-Content -LiteralPath "$folder/picture.json" -Raw | ConvertFrom-Json -AsHashtable -DateKind String; [IO.File]::WriteAllText($page, (Format-HostPage -Picture $picture).Text) } '${folder}' '${page}'`;
  const { status, stderr } = spawnSync(powerShell ?? '', ['-NoProfile', '-NonInteractive', '-Command', script], { env: environment, encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return page;
};
const textsOf = (selector: string): string => `[...document.querySelectorAll('${selector}')].map((node) => node.textContent)`;
const count = (selector: string): string => `document.querySelectorAll('${selector}').length`;

describe.skipIf(skipReason('the page of a host in a browser', missing))('a saved page in a browser', () => {
  let browser: Browser;
  let url: string;
  beforeAll(async () => {
    url = pathToFileURL(renderPage(hostPicture)).href;
    browser = await Browser.open();
    await browser.visit(url);
  });
  afterAll(async () => { await browser.close(); });

  it('draws every container, network and published port, and what belongs together', async () => {
    expect(await browser.read(textsOf('.node.container .name'))).toEqual(['web', 'database', 'cache', 'nightly-report', expect.stringMatching(/^<img src=x/)]);
    expect(await browser.read(textsOf('.node.network .name'))).toEqual(['backend', 'nat', 'lab']);
    expect(await browser.read(textsOf('.node.port text'))).toEqual(['8080:80/tcp', '8443:443/tcp', '127.0.0.1:9000:9000/udp']);
    // Three ports, and six places on networks.
    expect(await browser.read(count('.edge'))).toBe(9);
    expect(await browser.read(count('.node.failed'))).toBe(1);
  });
  it('says that it is saved, and of when', async () => {
    expect(await browser.read(textsOf('#status'))).toEqual([expect.stringMatching(/^Saved: this is how it was at .*2026/)]);
  });
  it('draws a layer that several images share once, and counts it once', async () => {
    expect(await browser.read(count('.layer'))).toBe(5);
    expect(await browser.read(count('.layer.shared'))).toBe(1);
    expect(await browser.read(textsOf('#sums'))).toEqual(['The layers take 530 MB; without sharing they would take 730 MB. No image needs another 1 MB: Optimize-ContainerStore.']);
    const [shared, own] = await browser.read<number[]>(`[...document.querySelectorAll('.layer rect')].map((rect) => rect.getBoundingClientRect().height)`);
    expect((shared ?? 0) / (own ?? 1)).toBeGreaterThan(2.5);
  });
  it('draws a line for each thing that is measured of each running container', async () => {
    expect(await browser.read(count('#use tbody tr'))).toBe(3);
    expect(await browser.read(count('#use svg.lines'))).toBe(12);
    expect(await browser.read("document.querySelector('#use svg.lines path').getAttribute('d').split('L').length")).toBe(8);
    expect(await browser.read(textsOf('#use tbody tr:first-child .figure'))).toEqual(['39 %', expect.stringMatching(/ MB \/ 128 MB$/), expect.stringContaining('B/s'), expect.stringContaining('B/s'), '3']);
  });
  it('is walked through with the keyboard, and tells what is chosen', async () => {
    await browser.press('Tab');
    expect(await browser.read("document.activeElement.getAttribute('aria-label')")).toBe('web: Running, Healthy, docker.io/library/nginx:1.27');
    await browser.press('End');
    expect(await browser.read(textsOf('#graph-details dd'))).toContain('Transparent');
    await browser.press('Tab');
    expect(await browser.read(textsOf('#image-details dd'))).toContain('100 MB');
    await browser.press('ArrowDown');
    expect(await browser.read(textsOf('#image-details dd'))).toContain('50 MB');
  });
  it('takes names and labels for text, whatever they are', async () => {
    await browser.read("document.querySelectorAll('.node.container')[4].focus()");
    expect(await browser.read(textsOf('#graph-details dd'))).toEqual(expect.arrayContaining([evilName, `${evilName}=${evilName}`]));
    expect(await browser.read('typeof window.taken')).toBe('undefined');
    expect(await browser.read(count('#page img, #page script'))).toBe(0);
  });
  it('runs no script but its own, even if one came in', async () => {
    await browser.read("document.body.insertAdjacentHTML('beforeend', '<svg onload=\"window.taken=1\"></svg>'); new Promise((resolve) => setTimeout(resolve, 100))");
    expect(await browser.read('typeof window.taken')).toBe('undefined');
    // That refusal is the one problem that the page may have had.
    expect(browser.problems.splice(0)).toEqual([expect.stringContaining('Content Security Policy')]);
  });
  it('can be read in the dark and in the light', async () => {
    for (const scheme of ['light', 'dark']) {
      await browser.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
      const shots = process.env['SILO_TEST_SCREENSHOTS'];
      if (shots !== undefined) writeFileSync(join(shots, `host-${scheme}.png`), await browser.screenshot());
      expect(await browser.read<number>(contrast('.node .name')), scheme).toBeGreaterThan(7);
      expect(await browser.read<number>(contrast('.node .quiet')), scheme).toBeGreaterThan(4.5);
    }
  });
  it('asks nobody for anything, and has no error', () => {
    expect(browser.requests.filter((one) => one !== url && !one.startsWith('data:'))).toEqual([]);
    expect(browser.problems).toEqual([]);
  });
  it('speaks Korean where the culture does', async () => {
    await browser.visit(pathToFileURL(renderPage(hostPicture, 'ko-KR')).href);
    expect(await browser.read('document.documentElement.lang')).toBe('ko-KR');
    expect(await browser.read(textsOf('h2'))).toEqual(['컨테이너, 네트워크, 게시된 포트', '실행 중인 컨테이너의 사용량', '이미지와 레이어']);
    expect(browser.problems).toEqual([]);
  });
  it('says so where there is nothing to show', async () => {
    await browser.visit(pathToFileURL(renderPage({ ...hostPicture, containers: [], networks: [], images: [], layers: [], samples: [] })).href);
    expect(await browser.read(textsOf('.frame'))).toEqual(['There are no containers and no networks.', 'No container runs.', 'There are no images.']);
    expect(browser.problems).toEqual([]);
  });
});

/** Contrast of a text with the page behind it, by the formula of WCAG 2. */
const contrast = (selector: string): string => `(() => {
  const light = (colour) => { const [r, g, b] = colour.match(/[\\d.]+/g).map((part) => { const one = part / 255; return one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const [a, b] = [light(getComputedStyle(document.querySelector('${selector}')).fill), light(getComputedStyle(document.body).backgroundColor)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
})()`;

/** Sends one request as it stands, and gives the whole answer. */
const ask = async (port: string, path: string, fields: Record<string, string> = {}): Promise<{ status: number; cookie: string | null; policy: string | null }> => {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers: fields, redirect: 'manual' });
  await answer.arrayBuffer();
  return { status: answer.status, cookie: answer.headers.get('set-cookie'), policy: answer.headers.get('content-security-policy') };
};

describe.skipIf(skipReason('the served page of a host', missing))('a page that is served', () => {
  let child: ChildProcess;
  let address = '';
  let exited: Promise<unknown>;
  beforeAll(async () => {
    child = spawn(powerShell ?? '', ['-NoProfile', '-NonInteractive', '-Command', `${importSilo}; Show-ContainerHost -NoBrowser -PassThru -IntervalSeconds 0.5 -TimeoutSeconds 120 | ForEach-Object { $_.Uri }`], { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
    exited = new Promise((resolve) => { child.once('exit', resolve); });
    if (child.stdout === null) throw new Error('no output');
    for await (const line of createInterface({ input: child.stdout })) {
      address = line;
      break;
    }
  });
  afterAll(async () => {
    child.kill('SIGTERM');
    await exited;
  });
  const port = (): string => new URL(address).port;

  it('is for loopback, for one browser and by one address alone', async () => {
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/open\/[0-9a-f]{32}$/);
    expect((await ask(port(), '/')).status).toBe(403);
    expect((await ask(port(), '/state.json')).status).toBe(403);
    expect((await ask(port(), '/open/0123456789abcdef0123456789abcdef')).status).toBe(403);
    expect((await ask(port(), '/state.json', { cookie: 'silo=' })).status).toBe(403);
  });
  it('answers to no name but those of this machine', async () => {
    const status = await new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port: port(), path: new URL(address).pathname, headers: { host: 'elsewhere.example' } }, (answer) => { answer.resume(); resolve(answer.statusCode); }).on('error', reject).end();
    });
    expect(status).toBe(403);
  });
  it('goes on by itself while others connect and are silent, is lost with its server, and can be opened once', async () => {
    const silent = connect(Number(port()), '127.0.0.1');
    const browser = await Browser.open();
    try {
      await browser.visit(address);
      expect(await browser.read(textsOf('#status'))).toEqual(['Live, every 0.5 s']);
      expect(await browser.read(textsOf('.node.container .name'))).toEqual(['web-1', 'web-2', 'db', 'odd']);
      await expect.poll(() => browser.requests.filter((one) => one.endsWith('/state.json')).length, { timeout: 20_000 }).toBeGreaterThan(2);
      expect((await ask(port(), new URL(address).pathname)).status).toBe(403);
      expect(browser.requests.filter((one) => !one.startsWith(`http://127.0.0.1:${port()}/`) && !one.startsWith('data:'))).toEqual([]);
      expect(browser.problems).toEqual([]);
      child.kill('SIGTERM');
      await exited;
      await expect.poll(() => browser.read(textsOf('#status')), { timeout: 10_000 }).toEqual([expect.stringMatching(/^No answer: this is the last picture/)]);
      expect(await browser.read(count('.node.container'))).toBe(4);
    } finally {
      silent.destroy();
      await browser.close();
    }
  });
});

describe('what the page is made of', () => {
  it('names nothing of another machine', () => {
    for (const name of ['host.html', 'host.css', 'host.js']) {
      const text = readFileSync(join(root, 'module/Silo/Pages', name), 'utf8').replace('http://www.w3.org/2000/svg', '');
      expect(text, name).not.toMatch(/https?:|\/\/[a-z]+\.|@import|url\(/);
    }
  });
  it('writes no markup from a script', () => {
    expect(readFileSync(join(root, 'module/Silo/Pages/host.js'), 'utf8')).not.toMatch(/innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|new Function/);
  });
});
