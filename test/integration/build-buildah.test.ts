import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineClient } from '../../build/engine-client.ts';
import { whyNoContainers } from '../fixtures/busybox-root.ts';
import { configOf } from '../fixtures/stored-images.ts';
import { buildTar } from '../fixtures/tar-builder.ts';
import { skipReason } from '../fixtures/temporary-folder.ts';
import { BuildHost } from './build-host.ts';

const reason = whyNoContainers() ?? (existsSync('/usr/bin/buildah') ? undefined : 'missing: buildah (apt-get install buildah)');

/** What the runtimes put there themselves: mount points, those of volumes too. */
const notCompared = new Set(['volume', 'second', 'proc', 'sys', 'dev', 'run', 'etc/hosts', 'etc/hostname', 'etc/resolv.conf']);

/** Type, mode, owner and content of everything below a root. */
const treeOf = (root: string): Readonly<Record<string, string>> => {
  const found: Record<string, string> = {};
  const visit = (path: string): void => {
    if (notCompared.has(path)) return;
    const place = `${root}/${path}`;
    const stat = lstatSync(place);
    const content = stat.isFile() ? createHash('sha256').update(readFileSync(place)).digest('hex').slice(0, 12) : stat.isSymbolicLink() ? readlinkSync(place) : '';
    found[path] = `${(stat.mode & 0o170000).toString(8)} ${stat.isSymbolicLink() ? '' : (stat.mode & 0o7777).toString(8)} ${stat.uid}:${stat.gid} ${content}`;
    if (stat.isDirectory()) for (const name of readdirSync(place)) visit(`${path}/${name}`);
  };
  // The root of a process is itself a link.
  for (const name of readdirSync(`${root}/`)) visit(name);
  return found;
};

const dockerfile = `
ARG NAME=world
FROM scratch AS base
ADD busybox.tar /
ENV PATH=/bin GREETING="hello \${NAME:-nobody}" SECOND=\${UNSET:+x}y
SHELL ["/bin/sh", "-c"]

FROM base AS made
ARG NAME
ARG VERSION=1.2.3
ENV MAJOR=\${VERSION:-0}
WORKDIR /made
RUN echo "$GREETING $NAME $MAJOR" > greeting && mkdir -p -m 2750 deep/er && ln -s ../greeting deep/link && chown 5:6 deep/er
RUN rm /data/seed && chmod 4711 /made/greeting
COPY tree .
COPY tree/sub/*.txt tree/one.md renamed/

FROM base
COPY --from=made /made /from/made/
COPY --from=made /made/greeting /www/
COPY --from=base /etc/passwd /copied
COPY --chown=web:web tree/one.md tree/sub /owned/
COPY --chown=12 tree/one.md /by-number
COPY --chmod=700 tree/one.md /www/index.html
COPY tree/one.md /www
ADD archive.tar /unpacked/
ADD --chown=7:8 tree/one.md /added/deep/file
COPY link /link-copied
WORKDIR sub
WORKDIR ../other/dir
USER web
EXPOSE 8080 53/udp
VOLUME /volume /second
LABEL a=1 "b c"="d e"
STOPSIGNAL SIGINT
ENTRYPOINT ["/bin/sh"]
CMD -c true
`;

describe.skipIf(skipReason('comparison with buildah', reason))('a Dockerfile built by Silo and by buildah', () => {
  let host: BuildHost;
  let engine: EngineClient;
  let storage: readonly string[];
  const buildah = (...args: readonly string[]): string => execFileSync('buildah', [...storage, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  beforeAll(async () => {
    host = new BuildHost();
    engine = await host.engine();
    storage = ['--storage-driver', 'vfs', '--root', join(host.folder, 'buildah'), '--runroot', join(host.folder, 'buildah-run')];
  });
  afterAll(async () => {
    execFileSync('buildah', [...storage, 'umount', '--all'], { stdio: 'ignore' });
    await host.close();
  });

  it('has the same files, owners, modes and configuration', async () => {
    const context = host.context({
      'Dockerfile': dockerfile, '.dockerignore': '**/*.log\n!tree/sub/kept.log\n', 'tree/one.md': '1\n', 'tree/sub/two.txt': '2\n', 'tree/sub/three.txt': '3\n', 'tree/sub/kept.log': 'k', 'tree/sub/gone.log': 'g',
      'archive.tar': buildTar({ name: 'in/', flag: '5', mode: 0o750, uid: 3, gid: 4 }, { name: 'in/file', content: 'x', mode: 0o604, uid: 3, gid: 4 }, { name: 'in/link', flag: '2', link: '../x' }),
    });
    mkdirSync(join(context, 'tree/empty'));
    symlinkSync('tree/one.md', join(context, 'link'));
    copyFileSync(host.archive, join(context, 'busybox.tar'));
    const { image } = await host.build(engine, context, { buildArguments: [{ name: 'VERSION', value: '4.5' }] });
    buildah('build', '--isolation', 'chroot', '--build-arg', 'VERSION=4.5', '--quiet', '--tag', 'peer', context);

    const { OCIv1 } = JSON.parse(buildah('inspect', '--type', 'image', 'peer')) as { OCIv1: { config: Record<string, unknown> } };
    const ours = (await configOf(host.root, image)).config as Record<string, unknown>;
    const labels = { ...OCIv1.config['Labels'] as Record<string, string> };
    delete labels['io.buildah.version'];
    // buildah leaves Shell out of OCI configurations, which have no such field.
    const { Shell: _, ...own } = ours;
    expect(own).toEqual({ ...OCIv1.config, Labels: labels });

    const { container } = await engine.call('container/create', { image: image.reference, entrypoint: ['sleep', '1000'], user: '0', mounts: [] });
    const { container: started } = await engine.call('container/start', { container: container.id });
    const theirs = treeOf(buildah('mount', buildah('from', 'peer').trim()).trim());
    expect(treeOf(`/proc/${String(started.pid)}/root`)).toEqual(theirs);
    expect(Object.keys(theirs).length).toBeGreaterThan(40);
  }, 60_000);
});
