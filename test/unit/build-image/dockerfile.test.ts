import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SiloError } from '../../../src/base/index.ts';
import { BuildArguments } from '../../../src/build/arguments.ts';
import { readDockerfile } from '../../../src/build/dockerfile-lines.ts';
import { parsePorts } from '../../../src/build/exposed-ports.ts';
import { parseMode } from '../../../src/build/file-mode.ts';
import type { StepInstruction } from '../../../src/build/instructions.ts';
import { parseDockerfile, parseTriggers, stageNamed, targetStage } from '../../../src/build/stages.ts';
import { expandWord } from '../../../src/build/word-expansion.ts';
import { expectError } from '../../fixtures/expect-error.ts';

const steps = async (text: string): Promise<readonly StepInstruction[]> => (await parseDockerfile(`FROM scratch\n${text}`)).stages[0]?.steps ?? [];
const step = async (text: string): Promise<StepInstruction> => (await steps(text))[0] as StepInstruction;

describe('the lines of a Dockerfile', () => {
  it('are joined, with the comments and empty lines between them left out', async () => {
    const { instructions } = await readDockerfile('# top\nFROM scratch\nRUN a \\\n  # comment \\\n  b \\  \n\n# more\n\tc\n\nENV X=1\n');
    expect(instructions).toMatchObject([{ keyword: 'FROM', line: 2 }, { keyword: 'RUN', text: 'a   b \tc', line: 3 }, { keyword: 'ENV', text: 'X=1', line: 10 }]);
  });

  it('of Windows are the same, with the escape character that its paths need', async () => {
    const { escape, instructions } = await readDockerfile('# escape=`\r\nFROM scratch\r\nCOPY a `\r\n  C:\\dir\\\r\nRUN dir C:\\\r\n');
    expect(escape).toBe('`');
    expect(instructions.map(({ text }) => text)).toEqual(['scratch', 'a   C:\\dir\\', 'dir C:\\']);
  });

  it('may begin with a mark of their encoding and other directives', async () => {
    expect((await readDockerfile('\uFEFF# syntax=docker/dockerfile:1\n# check=skip=all\n# escape=`\nFROM scratch')).escape).toBe('`');
    expect((await readDockerfile('FROM scratch\n# escape=`\n')).escape).toBe('\\');
  });

  it('hold here-documents, several of them, with and without tabs and quotes', async () => {
    const { instructions } = await readDockerfile('FROM scratch\nCOPY <<ONE <<-"TWO" /x\n# one\\\nONE\n\ttwo\n\tTWO\nRUN cat <<\'E\' | sh\nx\nE\nENV A=1\n');
    expect(instructions[1]).toMatchObject({ keyword: 'COPY', text: '<<ONE <<-"TWO" /x', heredocs: [{ name: 'ONE', content: '# one\\\n', expand: true }, { name: 'TWO', content: 'two\n', expand: false }] });
    expect(instructions[2]).toMatchObject({ text: "cat <<'E' | sh", heredocText: 'x\nE' });
    expect(instructions[3]).toMatchObject({ keyword: 'ENV', line: 10 });
  });

  it('are no here-document where a shift only looks like one', async () => {
    expect(await step('RUN echo $((1<<2)) <<< text')).toMatchObject({ kind: 'run', command: { shell: 'echo $((1<<2)) <<< text' } });
  });
});

describe('instructions', () => {
  it.each([
    ['RUN ["a", "b c"]', { kind: 'run', command: { exec: ['a', 'b c'] } }],
    ['RUN [ "$x" = 1 ] && echo', { kind: 'run', command: { shell: '[ "$x" = 1 ] && echo' } }],
    ["RUN ['a']", { kind: 'run', command: { shell: "['a']" } }],
    ['run --network=none --mount=type=cache,target=/c,sharing=locked,id=x,uid=5 --mount=type=secret,id=s,required make', { network: 'none', mounts: [{ type: 'cache', target: '/c', sharing: 'locked', id: 'x', uid: 5 }, { type: 'secret', id: 's', required: true }] }],
    ['RUN --mount=target=/c,rw,from=one x', { mounts: [{ type: 'bind', from: 'one', readOnly: false }] }],
    ['RUN --mount=type=tmpfs,dst=/t,size=2m x', { mounts: [{ type: 'tmpfs', target: '/t', sizeBytes: 2 * 1024 * 1024 }] }],
    ['CMD', { kind: 'cmd', command: { shell: '' } }],
    ['ENTRYPOINT exec top -b', { kind: 'entrypoint', command: { shell: 'exec top -b' } }],
    ['ENV a b  c', { kind: 'env', pairs: [{ name: 'a', word: 'b  c' }] }],
    ['ENV a=b c="d e" f=g\\ h', { pairs: [{ name: 'a', word: 'b' }, { name: 'c', word: '"d e"' }, { name: 'f', word: 'g\\ h' }] }],
    ['ENV a=', { pairs: [{ name: 'a', word: '' }] }],
    ['LABEL "a.b"="c d" e=f', { kind: 'label', pairs: [{ name: '"a.b"', word: '"c d"' }, { name: 'e', word: 'f' }] }],
    ['ARG a b=1 c="x y"', { kind: 'arg', items: [{ name: 'a', word: undefined }, { name: 'b', word: '1' }, { name: 'c', word: '"x y"' }] }],
    ['COPY --chown=1:2 --chmod=644 --link a b c/', { kind: 'copy', sources: ['a', 'b'], destination: 'c/', chown: '1:2', chmod: '644', from: undefined }],
    ['COPY --from=one ["a b", "c d"]', { sources: ['a b'], destination: 'c d', from: 'one' }],
    ['ADD --checksum=sha256:x http://h/x /y', { kind: 'add', checksum: 'sha256:x' }],
    ['WORKDIR a b', { kind: 'workdir', word: 'a b' }],
    ['EXPOSE 80 90/udp', { kind: 'expose', words: ['80', '90/udp'] }],
    ['VOLUME /a /b', { kind: 'volume', words: ['/a', '/b'] }],
    ['VOLUME ["/a b"]', { words: ['/a b'] }],
    ['SHELL ["powershell", "-Command"]', { kind: 'shell', shell: ['powershell', '-Command'] }],
    ['MAINTAINER A B <a@b>', { kind: 'maintainer', word: 'A B <a@b>' }],
    ['HEALTHCHECK --interval=1m30s --timeout=500ms --retries=3 CMD curl -f x', { check: { test: ['CMD-SHELL', 'curl -f x'], intervals: { Interval: 90e9, Timeout: 0.5e9, Retries: 3 } } }],
    ['HEALTHCHECK CMD ["a"]', { check: { test: ['CMD', 'a'], intervals: {} } }],
    ['HEALTHCHECK none', { check: { test: ['NONE'] } }],
    ['ONBUILD run echo $x', { kind: 'onbuild', trigger: 'run echo $x' }],
  ])('%s', async (text, expected) => {
    expect(await step(text)).toMatchObject(expected);
  });

  it.each([
    'FROM', 'FROM a b', 'FROM a AS', 'FROM a AS 1x', 'FROM a AS scratch', 'RUN', 'RUN []', 'RUN [1]', 'RUN --what x', 'RUN --mount=type=ssh,target=/x y', 'RUN --mount=type=none,target=/x y', 'RUN --mount=type=cache y',
    'RUN --mount=type=secret,id=x,env=Y z', 'RUN --network=bridge x', 'RUN --security=insecure x', 'COPY a', 'COPY', 'COPY --from= a b', 'COPY --from=x --from=y a b', 'COPY <<E', 'ENV', 'ENV a', 'ENV a=1 b', 'ENV =1', 'ENV "a b"=1', 'LABEL x', 'ARG', 'ARG 1=2', 'ARG =x',
    'WORKDIR', 'USER', 'EXPOSE', 'VOLUME', 'SHELL sh', 'SHELL []', 'HEALTHCHECK', 'HEALTHCHECK x', 'HEALTHCHECK NONE x', 'HEALTHCHECK --interval=1 CMD x', 'HEALTHCHECK --interval=1us CMD x', 'ONBUILD', 'ONBUILD FROM x', 'ONBUILD ONBUILD RUN x', 'ONBUILD COPY x', 'STOPSIGNAL', 'NOTHING x',
  ])('%s is refused, with its line', async (text) => {
    const error = await expectError('DockerfileInvalid', parseDockerfile(`FROM scratch\n\n${text}\n`));
    expect(error.args['line']).toBe(text === 'COPY <<E' ? 4 : 3);
  });

  it('know the ports and modes that may be written', async () => {
    expect(parsePorts(['80', '81/UDP', '90-92/tcp'], 1)).toEqual(['80/tcp', '81/udp', '90/tcp', '91/tcp', '92/tcp']);
    for (const port of ['0', '65536', '2-1', '80/icmp', 'http']) await expectError('DockerfileInvalid', () => parsePorts([port], 1));
    expect([parseMode('755', 1)(0o600, false), parseMode('u=rwX,go=rX', 1)(0o600, false), parseMode('u=rwX,go=rX', 1)(0o700, true), parseMode('+x', 1)(0o644, false), parseMode('g-w,u+s', 1)(0o775, false)].map((mode) => mode.toString(8))).toEqual(['755', '644', '755', '755', '4755']);
    for (const mode of ['', '9', '12345', 'u+q', 'rwx']) await expectError('DockerfileInvalid', () => parseMode(mode, 1));
  });
});

describe('stages', () => {
  const text = 'ARG TAG=1\nARG FULL=base:${TAG}\nFROM ${FULL} AS One\nFROM --platform=linux/amd64 two\nFROM one AS three\nRUN x\n';

  it('are found by name, whatever its case, and by number', async () => {
    const file = await parseDockerfile(text);
    expect(file.stages.map((stage) => stage.from.name)).toEqual(['one', undefined, 'three']);
    expect([stageNamed(file, 'ONE', 3)?.index, stageNamed(file, '1', 3)?.index, stageNamed(file, 'three', 2), stageNamed(file, '7', 3)]).toEqual([0, 1, undefined, undefined]);
    expect([targetStage(file, undefined).index, targetStage(file, 'one').index]).toEqual([2, 0]);
    await expectError('DockerfileInvalid', () => targetStage(file, 'four'));
    expect(file.stages[1]?.from.platform).toBe('linux/amd64');
  });

  it('see the arguments before the first of them in FROM, and inside only what they ask for', async () => {
    const file = await parseDockerfile(text);
    const args = new BuildArguments(file, [{ name: 'TAG', value: '2' }, { name: 'OTHER', value: 'o' }, { name: 'http_proxy', value: 'p' }], { TARGETARCH: 'amd64' });
    expect(expandWord('$FULL $TARGETARCH', { lookup: args.globalLookup, escape: '\\', line: 1 })).toBe('base:2 amd64');
    const declare = (name: string, word?: string): string | undefined => args.declare({ name, word }, () => 'looked up', 1);
    expect([declare('TAG'), declare('TAG', '3'), declare('FULL'), declare('NEW', '$x'), declare('NEW'), declare('TARGETARCH')]).toEqual(['2', '2', 'base:2', 'looked up', undefined, 'amd64']);
    expect(args.unused).toEqual(['OTHER']);
    expect(args.proxies).toEqual([{ name: 'http_proxy', value: 'p' }]);
  });

  it('that have none, or something before the first, are refused', async () => {
    for (const bad of ['', '# only a comment\n', 'RUN x\nFROM scratch', 'ENV a=b\nFROM scratch', 'ARG x\n', '\0']) await expectError('DockerfileInvalid', parseDockerfile(bad));
  });

  it('have their triggers told apart', async () => {
    expect(parseTriggers(['COPY a /b', 'RUN x'], 9)).toMatchObject([{ kind: 'copy', line: 9 }, { kind: 'run' }]);
    for (const bad of ['FROM x', 'ONBUILD RUN x', 'WHAT', '']) await expectError('DockerfileInvalid', () => parseTriggers([bad], 9));
  });
});

describe('any text at all', () => {
  const fragments = ['FROM', 'RUN', 'COPY', 'ADD', 'ENV', 'ARG', 'LABEL', 'ONBUILD', 'HEALTHCHECK', 'SHELL', ' ', ' ', '\n', '\n', '\r\n', '\\\n', '\\', '`', '#', '# escape=`\n', '"', "'", '$', '${', '}', ':-', '<<EOF', '<<-"E"', 'EOF\n', '=', '--mount=', '--from=', 'type=cache,', 'target=', '[', ']', '["a"]', 'scratch', 'a', '한', '\t', '\0', '\uD800', '\u2028'];
  const text = fc.oneof(fc.string(), fc.array(fc.constantFrom(...fragments), { maxLength: 60 }).map((parts) => `FROM scratch\n${parts.join('')}`), fc.array(fc.constantFrom(...fragments), { maxLength: 40 }).map((parts) => parts.join(' ')));

  it('is a Dockerfile or a coded error, and takes no time', async () => {
    await fc.assert(fc.asyncProperty(text, async (source) => {
      const began = performance.now();
      try {
        const file = await parseDockerfile(source);
        for (const stage of file.stages) {
          expect(stage.from.line).toBeGreaterThan(0);
          for (const item of stage.steps) if (item.kind === 'env') for (const { word } of item.pairs) expandWord(word, { lookup: () => 'v', escape: file.escape, line: item.line });
        }
      } catch (error) {
        if (!(error instanceof SiloError)) throw error;
        expect(error.code).toBe('DockerfileInvalid');
        expect(error.args['line']).toBeGreaterThan(0);
      }
      expect(performance.now() - began).toBeLessThan(1000);
    }), { numRuns: 3000 });
  });

  it('is refused where it is longer than any Dockerfile', async () => {
    await expectError('DockerfileInvalid', parseDockerfile(`FROM scratch\n${'#'.repeat(1024 * 1024)}`));
    await expectError('DockerfileInvalid', parseDockerfile('RUN x\n'.repeat(10_001)));
  });
});
