import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadApplication, readText, type Application } from '../../src/application/index.ts';
import { skipReason, temporaryFolders } from '../fixtures/temporary-folder.ts';

const whyNot = spawnSync('docker-compose', ['--version']).status === 0 ? undefined : 'docker-compose is not installed';

const byText = <T>(items: readonly T[]): readonly T[] => [...items].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

/** What an application is, without the order that docker-compose gives to what has none in its own model. */
const plain = ({ services, networks, volumes }: Application): unknown => ({
  services: byText([...services.values()].map((service) => {
    const { mounts, links, ports } = service.settings;
    return { ...service, settings: { ...service.settings, mounts: byText(mounts), links: byText(links), ports: byText(ports.map((port) => port.replace(/\/tcp$/, ''))) } };
  })),
  networks: byText([...networks]),
  volumes: byText([...volumes]),
});

/** Files by name; the first ones, up to `count`, are given to both. */
const cases: readonly { readonly name: string; readonly files: Readonly<Record<string, string>>; readonly count?: number; readonly environment?: Readonly<Record<string, string>> }[] = [
  {
    name: 'variables with defaults, errors and replacements',
    environment: { TAG: '3', EMPTY: '' },
    files: {
      'compose.yaml': `
services:
  web:
    image: "web:\${TAG}"
    command: ["echo", "$\${HOME}", "\${EMPTY:-filled}", "\${EMPTY-kept}", "$TAG-\${FROM_FILE}"]
    environment: { TAG: , A: "\${FROM_FILE:?needed}", PLAIN: text, NUMBER: 1, TRUTH: "true" }
    labels: ["one=\${TAG}", two]
`,
      '.env': 'FROM_FILE="from the file"\nTAG=9\n# nothing\nUNUSED=\'$TAG\'\n',
    },
  },
  {
    name: 'one file over another',
    count: 2,
    files: {
      'compose.yaml': `
services:
  web:
    image: web
    command: run it
    environment: [A=1, B=2]
    ports: ["80:8080", "127.0.0.1:443:8443"]
    volumes: ["data:/data", "./a:/a:ro"]
    networks: [front]
    dns: 1.1.1.1
    cap_add: [NET_ADMIN]
    expose: ["9000"]
    labels: { x: a, y: b }
    depends_on: [db]
    healthcheck: { test: [CMD, a], interval: 10s, retries: 2 }
  db: { image: db, restart: always }
networks: { front: { driver: bridge, ipam: { config: [{ subnet: 10.9.0.0/24 }] } } }
volumes: { data: }
`,
      'over.yaml': `
services:
  web:
    command: [other]
    environment: { B: 3, C: 4 }
    ports: ["81:8081"]
    volumes: ["./b:/a"]
    networks: [front, back]
    labels: [y=c]
    depends_on: { db: { condition: service_healthy }, cache: { condition: service_started } }
    healthcheck: { interval: 20s }
  cache: { image: cache, stop_grace_period: 90s }
networks: { back: { internal: true } }
`,
    },
  },
  {
    name: 'what a service extends, and files of variables',
    files: {
      'compose.yaml': `
services:
  web:
    extends: { file: base/base.yaml, service: base }
    env_file: [one.env, two.env]
    environment: { ONE: mine }
    user: "1000"
  twin: { extends: { service: web }, image: twin }
`,
      'base/base.yaml': 'services: { base: { image: base, environment: { LEVEL: 1, ONE: base }, volumes: ["./src:/src"], working_dir: /srv, cap_drop: [ALL] } }',
      'one.env': 'ONE=1\nTWO=2\n',
      'two.env': 'TWO=two\nTHREE=3\n',
    },
  },
  {
    name: 'limits, devices and kernel settings',
    files: {
      'compose.yaml': `
services:
  it:
    image: i
    build: { context: ., args: { A: 1 }, target: t, labels: [a=b] }
    ulimits: { nofile: { soft: 10, hard: 20 }, nproc: 100 }
    sysctls: [net.core.somaxconn=10]
    devices: ["/dev/fuse:/dev/fuse:r"]
    tmpfs: /run
    shm_size: 64m
    mem_limit: 1g
    cpus: 0.5
    cpu_shares: 512
    cpuset: "0"
    pids_limit: 20
    oom_score_adj: 100
    group_add: [audio]
    init: true
    read_only: true
    privileged: false
    security_opt: ["seccomp:unconfined"]
    extra_hosts: ["a:10.0.0.1"]
    stop_signal: SIGINT
    logging: { driver: json-file, options: { max-size: 1m, max-file: "3" } }
    secrets: [key, { source: key, target: other }]
    scale: 2
secrets: { key: { file: ./key } }
`,
    },
  },
  {
    name: 'what speaks of clusters, the host as a name, and a credential specification',
    files: {
      'compose.yaml': `
services:
  it:
    image: i
    extra_hosts: { host.docker.internal: host-gateway }
    credential_spec: { file: ./gmsa.json }
    mem_reservation: 10m
    volumes: ["./a:/a:ro,z"]
    deploy:
      labels: { a: b }
      placement: { constraints: [node.role==manager] }
      update_config: { parallelism: 2 }
      resources: { limits: { cpus: "0.5" }, reservations: { cpus: "0.1", memory: 5m } }
      restart_policy: { condition: on-failure, max_attempts: 2, window: 5s }
`,
      'gmsa.json': '{}',
    },
  },
];

describe.skipIf(skipReason('compose files beside docker-compose', whyNot))('compose files', () => {
  const folders = temporaryFolders();

  it.each(cases)('mean the same as to docker-compose: $name', async ({ files, count = 1, environment = {} }) => {
    const project = join(folders.make(), 'shop');
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(project, name)), { recursive: true });
      writeFileSync(join(project, name), text);
    }
    const names = Object.keys(files).slice(0, count);
    const { stdout, stderr, status } = spawnSync('docker-compose', [...names.flatMap((name) => ['-f', name]), '--profile', '*', 'config'], { cwd: project, encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: '/root', ...environment } });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const normal = join(project, 'normal.yaml');
    writeFileSync(normal, stdout);
    const request = { name: 'shop', environment: new Map(Object.entries(environment)) };
    const own = await loadApplication({ ...request, files: names.map((name) => join(project, name)) }, readText);
    const theirs = await loadApplication({ ...request, files: [normal] }, readText);
    expect(plain(own)).toEqual(plain(theirs));
  });
});
