import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, readFileSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorCode, type EngineClient } from '../../build/engine-client.ts';
import { whyNoContainers } from '../fixtures/busybox-root.ts';
import { configOf } from '../fixtures/stored-images.ts';
import { buildTar } from '../fixtures/tar-builder.ts';
import { BuildHost } from './build-host.ts';

const reason = whyNoContainers();

/** Every file of a state root, packed ones unpacked. */
const filesOf = (folder: string): readonly { readonly path: string; readonly bytes: Buffer }[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).flatMap((name) => {
    const path = join(folder, name);
    // A bound namespace looks like a file, and can't be read.
    if (name.includes('netns/') || lstatSync(path, { throwIfNoEntry: false })?.isFile() !== true) return [];
    const bytes = readFileSync(path);
    return [{ path, bytes: bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes }];
  });

describe.skipIf(reason !== undefined)(`a build${reason === undefined ? '' : `: ${reason}`}`, () => {
  let host: BuildHost;
  let engine: EngineClient;
  beforeAll(async () => {
    host = new BuildHost();
    engine = await host.withImage();
  });
  afterAll(async () => { await host.close(); });

  const failure = async (files: Parameters<BuildHost['build']>[1], params: Parameters<BuildHost['build']>[2] = {}): Promise<{ code: string | undefined; message: string; data: { args: Record<string, unknown> } }> => {
    try {
      await host.build(engine, files, { references: ['never:built'], ...params });
    } catch (error) {
      expect((await engine.call('image/list', {})).items.map((item) => item.name)).not.toContain('never:built');
      expect(await host.settledLeaks()).toEqual([]);
      return { code: errorCode(error), message: (error as Error).message, data: (error as { data: { args: Record<string, unknown> } }).data };
    }
    throw new Error('the build succeeded');
  };

  it('of several stages takes what it needs from each, and builds no more than that', async () => {
    const built = await host.build(engine, {
      'src/a.txt': 'a\n', 'src/sub/b.txt': 'b\n', 'top': 'top\n',
      'Dockerfile': `
# syntax=docker/dockerfile:1
ARG BASE=busybox:test
FROM \${BASE} AS build
ARG VERSION=1
ENV FOO=bar
RUN echo "building $FOO $VERSION" && echo out > /out
COPY src /app/
FROM busybox:test AS unneeded
RUN exit 7
FROM \${BASE}
COPY --from=build /out /app /final/
COPY --chown=web:web --chmod=640 top /top
WORKDIR /final
RUN ["ls", "-l", "/top"]
LABEL one=1 two="two words"
EXPOSE 80 8000-8001/udp
VOLUME ["/data"]
USER web
ENTRYPOINT ["cat"]
CMD ["a.txt"]
`,
    }, { buildArguments: [{ name: 'VERSION', value: '2' }], labels: [{ name: 'three', value: '3' }] });
    expect(built.lines[0]).toBe('building bar 2');
    expect(built.lines[1]).toMatch(/^-rw-r-----\s+1 web\s+web\s+4 .* \/top$/);
    expect(built.headers.join('\n')).not.toContain('unneeded');
    expect(built.headers).toContain('[build 4/5] RUN echo "building $FOO $VERSION" && echo out > /out');
    expect(built).toMatchObject({ steps: 16, cachedSteps: 2 });
    const { config, history, rootfs } = await configOf(host.root, built.image);
    expect(config).toMatchObject({
      Entrypoint: ['cat'], Cmd: ['a.txt'], User: 'web', WorkingDir: '/final', Labels: { one: '1', two: 'two words', three: '3' },
      ExposedPorts: { '80/tcp': {}, '8000/udp': {}, '8001/udp': {} }, Volumes: { '/data': {} },
    });
    expect(rootfs.diff_ids).toHaveLength(built.image.layerCount);
    expect(history.filter((entry) => entry.empty_layer !== true)).toHaveLength(built.image.layerCount);
    expect(await host.output(engine, 'cat /final/a.txt /final/sub/b.txt /final/out; pwd; id -un')).toBe('a\nb\nout\n/final\nweb');
  });

  it('that was made before is made again from the cache, into the same image', async () => {
    const files = { 'file': 'one\n', 'Dockerfile': 'FROM busybox:test\nRUN date +%s%N > /time\nCOPY file /file\nRUN cat /file\nENV A=1\nCMD ["true"]\n' };
    const context = host.context(files);
    const first = await host.build(engine, context);
    const second = await host.build(engine, context);
    expect(first).toMatchObject({ steps: 6, cachedSteps: 1 });
    expect(second).toMatchObject({ steps: 6, cachedSteps: 6, lines: [] });
    expect(second.image.digest).toBe(first.image.digest);
    // Times do not count, contents and modes do.
    utimesSync(join(context, 'file'), 1, 1);
    expect((await host.build(engine, context)).cachedSteps).toBe(6);
    chmodSync(join(context, 'file'), 0o600);
    expect((await host.build(engine, context)).cachedSteps).toBe(2);
    chmodSync(join(context, 'file'), 0o644);
    expect((await host.build(engine, context)).cachedSteps).toBe(6);
    host.write(context, { file: 'two\n' });
    const changed = await host.build(engine, context);
    expect(changed).toMatchObject({ lines: ['two'] });
    expect(changed.cachedSteps).toBe(2);
    expect((await host.build(engine, context, { noCache: true })).cachedSteps).toBe(1);
    expect(await host.settledLeaks()).toEqual([]);
  });

  it('of changed arguments runs again what sees them', async () => {
    const context = host.context({ Dockerfile: 'FROM busybox:test\nRUN echo before\nARG V=1\nRUN echo $V\nARG UNSEEN\n' });
    expect((await host.build(engine, context)).lines).toEqual(['before', '1']);
    const again = await host.build(engine, context, { buildArguments: [{ name: 'V', value: '2' }] });
    expect(again.lines).toEqual(['2']);
    expect((await host.build(engine, context, { buildArguments: [{ name: 'V', value: '2' }, { name: 'HTTP_PROXY', value: 'http://proxy' }] })).cachedSteps).toBe(again.steps);
    expect((await host.build(engine, context, { buildArguments: [{ name: 'Z', value: '2' }] })).headers.at(-1)).toBe('No ARG asked for these build arguments: Z');
  });

  it('keeps its layers when its image is removed, and the next build finds them', async () => {
    const context = host.context({ Dockerfile: 'FROM busybox:test\nRUN echo kept > /kept\n' });
    const { image } = await host.build(engine, context, { references: ['kept:1', 'kept:2'] });
    expect((await engine.call('image/list', {})).items.filter((item) => item.digest === image.digest).map((item) => item.name)).toEqual(['kept:1', 'kept:2']);
    await engine.call('image/remove', { image: 'kept:1' });
    await engine.call('image/remove', { image: 'kept:2' });
    const again = await host.build(engine, context);
    expect(again).toMatchObject({ cachedSteps: 2, steps: 2 });
    expect(again.image.digest).toBe(image.digest);
  });

  it('gives back what it kept when it is asked to', async () => {
    const context = host.context({ Dockerfile: 'FROM busybox:test\nRUN --mount=type=cache,target=/cache,id=given-back head -c 100000 /dev/zero > /cache/file && cp /cache/file /file\n' });
    const { image } = await host.build(engine, context, { references: ['given:back'] });
    await engine.call('image/remove', { image: image.reference });
    expect((await host.build(engine, context)).cachedSteps).toBe(2);
    await engine.call('image/remove', { image: 'built:test' });
    const rehearsed = await engine.call('store/optimize', { buildCache: true, dryRun: true });
    const done = await engine.call('store/optimize', { buildCache: true });
    expect(done.items.map(({ kind, id, sizeBytes }) => `${kind} ${id} ${sizeBytes}`).sort()).toEqual(rehearsed.items.map(({ kind, id, sizeBytes }) => `${kind} ${id} ${sizeBytes}`).sort());
    expect(done.items.filter(({ kind }) => kind === 'Volume').map(({ sizeBytes }) => sizeBytes > 100_000)).toContain(true);
    expect(done.items.filter(({ kind }) => kind === 'Layer').length).toBeGreaterThan(0);
    expect((await engine.call('store/optimize', { buildCache: true })).items).toEqual([]);
    expect((await host.build(engine, context)).cachedSteps).toBe(1);
    expect(await host.settledLeaks()).toEqual([]);
  });

  it('without a reference has its digest for a name', async () => {
    const { image } = await host.build(engine, { Dockerfile: 'FROM scratch\nCOPY Dockerfile /\n' }, { references: [] });
    expect(image).toMatchObject({ layerCount: 1 });
    expect(image.reference).toBe(`localhost/nameless@${image.digest}`);
    await engine.call('image/remove', { image: image.reference });
  });

  it('has secrets in its steps, and nowhere else', async () => {
    const secret = 'correct-horse-battery-staple';
    const context = host.context({ Dockerfile: 'FROM busybox:test\nRUN --mount=type=secret,id=token,target=/run/secrets/token ls -ln /run/secrets/token && wc -c < /run/secrets/token\nRUN --mount=type=secret,id=absent test ! -e /run/secrets/absent && ls -A /run/ 2>/dev/null | wc -l\n' });
    const path = join(host.folder, 'secret-file');
    writeFileSync(path, secret);
    const built = await host.build(engine, context, { secrets: [{ id: 'token', source: path }] });
    expect(built.lines[0]).toMatch(/^-r--------\s+1 0\s+0\s+28 /);
    expect(built.lines[1]).toBe('28');
    expect(await host.output(engine, 'ls -A /run 2>/dev/null; echo end')).toBe('end');
    const holding = filesOf(host.root).filter(({ bytes }) => bytes.includes(secret)).map((file) => file.path);
    expect(holding).toEqual([]);
    expect(filesOf('/run/silo').filter(({ bytes }) => bytes.includes(secret)).map((file) => file.path)).toEqual([]);
    // Another secret of the same name changes nothing: it is no part of what was made.
    writeFileSync(path, 'something else');
    expect(await host.build(engine, context, { secrets: [{ id: 'token', source: path }] })).toMatchObject({ steps: 3, cachedSteps: 3 });
    expect(await failure({ Dockerfile: 'FROM busybox:test\nRUN --mount=type=secret,id=none,required=true true\n' })).toMatchObject({ code: 'DockerfileInvalid', data: { args: { line: 2 } } });
  });

  it('mounts caches that stay, memory, and files of the context and of stages', async () => {
    const dockerfile = `FROM busybox:test AS tool
RUN echo tool > /tool && mkdir /dir && echo in > /dir/in
FROM busybox:test
RUN --mount=type=cache,target=/cache echo x >> /cache/log && wc -l < /cache/log
RUN --mount=type=tmpfs,target=/memory,size=1m echo m > /memory/m && df -k /memory | tail -1 | awk '{print $2}'
RUN --mount=type=bind,target=/context,source=data cat /context/file && ! touch /context/new 2>/dev/null
RUN --mount=type=bind,target=/one,source=data/file cat /one
RUN --mount=from=tool,target=/t,source=/dir,rw cat /t/in && touch /t/new
RUN --mount=from=tool,target=/tool,source=/tool cat /tool
RUN ls -d /cache /memory /context /one /t /tool 2>/dev/null | wc -l
`;
    const context = host.context({ 'Dockerfile': dockerfile, 'data/file': 'data\n', '.dockerignore': 'data/ignored', 'data/ignored': 'x' });
    const first = await host.build(engine, context);
    expect(first.lines).toEqual(['1', '1024', 'data', 'data', 'in', 'tool', '0']);
    expect((await host.build(engine, context)).cachedSteps).toBe(first.steps);
    expect((await host.build(engine, context, { noCache: true })).lines[0]).toBe('2');
    host.write(context, { 'data/file': 'new data\n' });
    expect((await host.build(engine, context)).lines.slice(0, 2)).toEqual(['new data', 'new data']);
    expect(await host.settledLeaks()).toEqual([]);
  });

  it('reads here-documents as scripts and as files', async () => {
    const { lines } = await host.build(engine, {
      Dockerfile: `FROM busybox:test
ENV WHO=world
RUN <<EOF
echo hello $WHO
echo second
EOF
RUN <<'SCRIPT'
#!/bin/busybox sh
echo script $0
SCRIPT
RUN cat <<EOF > /made && cat /made
made by $WHO
EOF
COPY <<EOF <<"RAW" /docs/
for $WHO
EOF
not for $WHO
RAW
COPY --chmod=750 <<-EOF /tabs
	without tab
	EOF
RUN cat /docs/EOF /docs/RAW /tabs && ls -l /tabs | cut -c1-10
`,
    });
    expect(lines).toEqual(['hello world', 'second', 'script /dev/silo/script', 'made by world', 'for world', 'not for $WHO', 'without tab', '-rwxr-x---']);
    expect(await host.output(engine, 'ls -A /dev/silo 2>/dev/null; echo end')).toBe('end');
  });

  it('copies as the patterns, the ignored files and the links say', async () => {
    const context = host.context({
      'Dockerfile': `FROM busybox:test
COPY *.txt /t/
COPY a.txt /renamed
COPY a.txt /etc
COPY tree /tree
COPY tree/ /existing/
COPY link.txt /linked
COPY --exclude=**/*.md tree /excluded
COPY --parents tree/sub/deep.txt /parents/
RUN find /t /renamed /etc/a.txt /tree /linked /excluded /parents -type f -o -type l | sort && cat /linked && readlink /tree/link
`,
      'Dockerfile.dockerignore': '**/*.log\n!tree/sub/keep.log\nignored\n',
      '.dockerignore': '*',
      'a.txt': 'a\n', 'b.txt': 'b\n', 'c.log': 'c\n', 'ignored/x': 'x', 'tree/sub/deep.txt': 'deep\n', 'tree/sub/keep.log': 'k', 'tree/sub/drop.log': 'd', 'tree/readme.md': 'r',
    });
    symlinkSync('a.txt', join(context, 'link.txt'));
    symlinkSync('/etc/passwd', join(context, 'tree/link'));
    const { lines } = await host.build(engine, context);
    expect(lines).toEqual([
      '/etc/a.txt', '/excluded/link', '/excluded/sub/deep.txt', '/excluded/sub/keep.log', '/linked', '/parents/tree/sub/deep.txt', '/renamed', '/t/a.txt', '/t/b.txt', '/t/link.txt',
      '/tree/link', '/tree/readme.md', '/tree/sub/deep.txt', '/tree/sub/keep.log', 'a', '/etc/passwd',
    ]);
    expect(await failure({ 'Dockerfile': 'FROM busybox:test\nCOPY secret /\n', 'secret': 's', '.dockerignore': 'secret' })).toMatchObject({ code: 'DockerfileInvalid', data: { args: { line: 2 } } });
  });

  it('writes through links of the image, and never out of it', async () => {
    const context = host.context({
      'Dockerfile': `FROM busybox:test
RUN mkdir /real && ln -s /real /way && ln -s ../../../../../../../../tmp/silo-escape /out && ln -s /way /twice
COPY file /way/
COPY file /twice/second
COPY file /out/escaped
WORKDIR /out/made
RUN ls /real /tmp/silo-escape && pwd -P
`,
      'file': 'f\n',
    });
    symlinkSync('/etc/shadow', join(context, 'shadow'));
    const { lines } = await host.build(engine, context);
    expect(lines.filter((line) => line !== '')).toEqual(['/real:', 'file', 'second', '/tmp/silo-escape:', 'escaped', 'made', '/tmp/silo-escape/made']);
    expect(() => lstatSync('/tmp/silo-escape')).toThrow('ENOENT');
    host.write(context, { Dockerfile: 'FROM scratch\nCOPY shadow /\n' });
    expect((await failure(context)).code).toBe('DockerfileInvalid');
    host.write(context, { Dockerfile: 'FROM scratch\nCOPY ../../etc/passwd /\n' });
    expect((await failure(context)).code).toBe('DockerfileInvalid');
  });

  it('unpacks local archives with ADD, inside the image only', async () => {
    const archive = buildTar({ name: 'dir/', flag: '5' }, { name: 'dir/file', content: 'in archive\n', uid: 7, gid: 8, mode: 0o751 }, { name: 'dir/link', flag: '2', link: 'file' }, { name: 'dir/hard', flag: '1', link: 'dir/file' });
    const context = host.context({
      'Dockerfile': 'FROM busybox:test\nADD a.tar /tar/\nADD a.tar.gz /gz/\nADD plain.gz /plain/\nCOPY a.tar /kept.tar\nADD --chown=web a.tar /owned/\nRUN ls -ln /tar/dir/file /gz/dir/file /owned/dir/file && cat /tar/dir/link /gz/dir/hard && ls /plain /kept.tar\n',
      'a.tar': archive, 'a.tar.gz': execFileSync('gzip', ['-c'], { input: archive }), 'plain.gz': execFileSync('gzip', ['-c'], { input: 'no archive' }),
    });
    const { lines } = await host.build(engine, context);
    expect(lines[0]).toMatch(/^-rwxr-x--x\s+2 7\s+8 .*\/gz\/dir\/file/);
    expect(lines[1]).toMatch(/^-rwxr-x--x\s+2 100\s+101 .*\/owned\/dir\/file/);
    expect(lines.slice(3)).toEqual(['in archive', 'in archive', '/kept.tar', '', '/plain:', 'plain.gz']);
    for (const entry of [{ name: '../out', content: 'x' }, { name: '.wh.etc', content: '' }]) {
      host.write(context, { 'Dockerfile': 'FROM busybox:test\nADD bad.tar /\n', 'bad.tar': buildTar(entry) });
      expect((await failure(context)).code).toMatch(/^(?:ArchivePathUnsafe|LayerEntryUnsupported)$/);
    }
  });

  it('stores triggers and pulls them in the build that stands on it', async () => {
    await host.build(engine, { Dockerfile: 'FROM busybox:test\nARG X=1\nONBUILD COPY file /onbuild/\nONBUILD RUN echo triggered && cat /onbuild/file\nONBUILD ENV T=1\n' }, { references: ['trigger:test'] });
    const { lines, image, headers } = await host.build(engine, { Dockerfile: 'FROM trigger:test\nRUN echo own $T\n', file: 'mine\n' });
    expect(lines).toEqual(['triggered', 'mine', 'own 1']);
    expect(headers).toContain('[stage-0 2/5] COPY file /onbuild/');
    expect((await configOf(host.root, image)).config).not.toHaveProperty('OnBuild');
  });

  it('gives the time that it was told to all it makes, and so the same image everywhere', async () => {
    const digests = new Set<string>();
    for (const name of ['one', 'two']) {
      const context = host.context({ 'Dockerfile': 'FROM busybox:test\nCOPY file /a/b/file\nRUN echo x > /made\nWORKDIR /new/folder\nCOPY <<EOF /doc\nx\nEOF\n', 'file': 'f' });
      const { image } = await host.build(engine, context, { references: [`epoch:${name}`], sourceDateEpoch: 1_500_000_000, noCache: true });
      digests.add(image.digest);
      expect(image.createdAt).toBe('2017-07-14T02:40:00.000Z');
      await delay(1100);
    }
    expect(digests.size).toBe(1);
    expect(await host.output(engine, 'stat -c %Y /made /doc /a/b/file /new/folder', 'epoch:one')).toBe('1500000000\n1500000000\n1500000000\n1500000000');
  });

  it('tells which step failed, and keeps what was made before it', async () => {
    const context = host.context({ Dockerfile: 'FROM busybox:test\nRUN echo fine > /fine\n# a comment\nRUN echo wrong >&2; \\\n  exit 3\n' });
    expect(await failure(context)).toMatchObject({ code: 'BuildStepFailed', data: { args: { line: 4, exitCode: 3, instruction: 'RUN echo wrong >&2; exit 3' } } });
    host.write(context, { Dockerfile: 'FROM busybox:test\nRUN echo fine > /fine\nRUN true\n' });
    expect((await host.build(engine, context)).headers.slice(0, 2)).toEqual(['CACHED [stage-0 1/3] FROM busybox:test', 'CACHED [stage-0 2/3] RUN echo fine > /fine']);
  });

  it.each([
    ['nothing', '', 'DockerfileInvalid', 1],
    ['no FROM', 'RUN true\n', 'DockerfileInvalid', 1],
    ['an unknown instruction', 'FROM scratch\n\nWHATEVER x\n', 'DockerfileInvalid', 3],
    ['an unknown flag', 'FROM scratch\nCOPY --what=x a b\n', 'DockerfileInvalid', 2],
    ['a file that is not there', 'FROM scratch\nCOPY missing /\n', 'DockerfileInvalid', 2],
    ['an open here-document', 'FROM scratch\nCOPY <<EOF /x\nnever ends\n', 'DockerfileInvalid', 3],
    ['a bad substitution', 'FROM busybox:test\nENV A=${B\n', 'DockerfileInvalid', 2],
    ['a stage from itself', 'FROM busybox:test AS me\nCOPY --from=me /a /b\n', 'DockerfileInvalid', 1],
    ['an unknown user', 'FROM busybox:test\nCOPY --chown=nobodyhere Dockerfile /\n', 'UserNotFound', undefined],
    ['a repository', 'FROM scratch\nADD https://example.invalid/x.git /\n', 'OptionUnsupported', undefined],
    ['COPY of an address', 'FROM scratch\nCOPY https://example.invalid/x /\n', 'DockerfileInvalid', 2],
    ['a checksum of a file', 'FROM scratch\nADD --checksum=sha256:00 Dockerfile /\n', 'DockerfileInvalid', 2],
    ['an address over plain HTTP', 'FROM scratch\nADD http://example.invalid/x /\n', 'RegistryPlainHttpRefused', undefined],
    ['a missing program', 'FROM busybox:test\nRUN ["/nowhere"]\n', 'ExecutableNotFound', undefined],
    ['a bad name', 'FROM Not_A_Name!\n', 'ImageReferenceInvalid', undefined],
  ])('of %s fails with a code and a line', async (_what, dockerfile, code, line) => {
    const found = await failure({ Dockerfile: dockerfile });
    expect(`${String(found.code)} ${String(found.data.args['line'])} (${found.message})`).toMatch(new RegExp(`^${code} ${String(line)} `));
  });

  it('gets files from web addresses, once as long as their host says that they are the same', async () => {
    const content = 'fetched\n';
    const archive = buildTar({ name: 'inside', content: 'unpacked\n' });
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      if (request.url === '/missing') return void response.writeHead(404).end();
      if (request.url === '/cut') return void response.writeHead(200, { 'content-length': '100' }).write('x', () => setImmediate(() => response.destroy()));
      const tagged = request.url === '/tagged' ? { etag: '"one"' } : {};
      response.writeHead(200, { 'last-modified': 'Fri, 14 Jul 2017 02:40:00 GMT', ...tagged }).end(request.url === '/a.tar' ? archive : content);
    });
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const context = host.context({ 'local': 'local\n', 'Dockerfile': `FROM busybox:test\nARG NAME=tagged\nADD ${url}/$NAME /new/\nADD --chmod=644 ${url}/a.tar ${url}/plain local /several/\nADD --unpack=true ${url}/a.tar /opened/\n` });
      const built = await host.build(engine, context);
      expect(built.headers.filter((line) => line.startsWith('Fetching'))).toEqual([`Fetching ${url}/tagged`, `Fetching ${url}/a.tar`, `Fetching ${url}/plain`, `Fetching ${url}/a.tar`]);
      expect(await host.output(engine, 'cat /new/tagged /several/plain /several/local /opened/inside; stat -c "%a %u %g %Y" /new/tagged; stat -c %a /several/plain; wc -c < /several/a.tar'))
        .toBe(`fetched\nfetched\nlocal\nunpacked\n600 0 0 1500000000\n644\n${archive.length}`);
      const again = await host.build(engine, context);
      expect(again.cachedSteps).toBe(again.steps);
      expect(again.image.digest).toBe(built.image.digest);
      expect(again.headers).not.toContain(`Fetching ${url}/tagged`);
      // With a checksum nobody need be asked again.
      const digest = createHash('sha256').update(content).digest('hex');
      const sure = host.context({ Dockerfile: `FROM busybox:test\nADD --checksum=sha256:${digest} ${url}/plain /sure\n` });
      await host.build(engine, sure);
      asked.length = 0;
      expect((await host.build(engine, sure)).cachedSteps).toBe(2);
      expect(asked).toEqual([]);
      expect(await failure({ Dockerfile: `FROM busybox:test\nADD --checksum=sha256:${'0'.repeat(64)} ${url}/plain /x\n` })).toMatchObject({ code: 'DigestMismatch' });
      expect(await failure({ Dockerfile: `FROM busybox:test\nADD ${url}/missing /x\n` })).toMatchObject({ code: 'WebFileNotFound' });
      expect(await failure({ Dockerfile: `FROM busybox:test\nADD ${url}/cut /x\n` })).toMatchObject({ code: 'DownloadFailed' });
      expect(await failure({ Dockerfile: `FROM busybox:test\nADD ${url}/ /new/\n` })).toMatchObject({ code: 'DockerfileInvalid' });
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it('has none where containers have none by default, unless it asks for that of the host', async () => {
    const { lines } = await host.build(engine, { Dockerfile: 'FROM busybox:test\nRUN ls /sys/class/net\nRUN --network=host ls /sys/class/net | wc -l\n' });
    expect(lines[0]).toBe('lo');
    expect(Number(lines[1])).toBe(readdirSync('/sys/class/net').length);
  });

  it('that is cancelled at any moment leaves nothing, and can be made again', async () => {
    const dockerfile = 'FROM busybox:test AS other\nRUN echo 1 > /other && sleep 0.2\nFROM busybox:test\nCOPY file /\nRUN --mount=type=bind,target=/c --mount=type=cache,target=/k sleep 0.3 && echo 2 > /two\nCOPY --from=other /other /\nRUN sleep 0.2\n';
    for (const moment of [0, 5, 20, 50, 90, 140, 200, 280, 380, 500, 650, 800]) {
      const context = host.context({ Dockerfile: dockerfile, file: `for ${moment}` });
      const abort = new AbortController();
      const building = host.build(engine, context, { noCache: true, references: ['cancelled:test'] }, abort.signal).then(() => 'built', (error: unknown) => errorCode(error) ?? String(error));
      await delay(moment);
      abort.abort();
      expect(await building, `after ${moment} ms`).toMatch(/^(?:built|OperationCancelled)$/);
      expect(await host.settledLeaks(), `after ${moment} ms`).toEqual([]);
      expect(host.tasks(), `after ${moment} ms`).toEqual([]);
      host.forget(context);
    }
    expect((await host.build(engine, { Dockerfile: dockerfile, file: 'whole' })).image.layerCount).toBeGreaterThan(3);
  }, 180_000);

  it('whose engine is killed leaves nothing once another engine has looked after it', async () => {
    const dockerfile = 'FROM busybox:test AS other\nRUN echo 1 > /other && sleep 1000\nFROM busybox:test\nCOPY file /\nRUN --mount=type=bind,target=/c --mount=type=secret,id=s sleep 1000\nCOPY --from=other /other /\n';
    const secret = join(host.folder, 'killed-secret');
    writeFileSync(secret, 'killed-secret-value');
    for (const moment of [10, 60, 120, 200, 300, 500, 800, 1200]) {
      const doomed = await host.engine();
      await doomed.call('host/get', {});
      host.build(doomed, { Dockerfile: dockerfile, file: `for ${moment}` }, { noCache: true, secrets: [{ id: 's', source: secret }] }).catch(() => undefined);
      await delay(moment);
      await host.kill(doomed);
      await using next = await host.engine();
      await next.call('host/get', {});
      expect(await host.settledLeaks(), `after ${moment} ms`).toEqual([]);
      expect(host.tasks(), `after ${moment} ms`).toEqual([]);
      expect(filesOf('/run/silo').filter(({ bytes }) => bytes.includes('killed-secret-value')).map((file) => file.path)).toEqual([]);
    }
  }, 180_000);

  it('builds stages that need not wait for each other at the same time', async () => {
    const run = (name: string): string => `FROM busybox:test AS ${name}\nRUN echo begin; sleep 1; echo end > /${name}; echo end\n`;
    const { lines } = await host.build(engine, { Dockerfile: `${run('a')}${run('b')}FROM scratch\nCOPY --from=a /a /\nCOPY --from=b /b /\n` });
    expect(lines).toEqual(['begin', 'begin', 'end', 'end']);
  });

  it('of two engines at once ends well for both', async () => {
    await using other = await host.engine();
    const files = { Dockerfile: 'FROM busybox:test\nRUN echo both > /both\nCOPY file /\nRUN cat /file\n', file: 'f\n' };
    const context = host.context(files);
    const results = await Promise.all([engine, other].map((client, index) => host.build(client, context, { references: [`both:${index}`] })));
    expect(results.map((result) => result.image.layerCount)).toEqual([3, 3]);
    expect(await host.settledLeaks()).toEqual([]);
  });

  it('all from the cache is a matter of a moment', async () => {
    mkdirSync(join(host.folder, 'twelve'), { recursive: true });
    const context = host.context({ 'Dockerfile': `FROM busybox:test\n${Array.from({ length: 5 }, (_, index) => `RUN echo ${index} > /r${index}\nCOPY f${index} /f${index}\n`).join('')}CMD ["true"]\n`, ...Object.fromEntries(Array.from({ length: 5 }, (_, index) => [`f${index}`, `${index}`])) });
    const first = await host.build(engine, context);
    expect(first.steps).toBe(12);
    const times: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      const began = performance.now();
      expect((await host.build(engine, context)).cachedSteps).toBe(12);
      times.push(performance.now() - began);
    }
    expect(Math.min(...times)).toBeLessThan(100);
  });
});
