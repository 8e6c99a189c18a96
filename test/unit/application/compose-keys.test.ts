import { describe, expect, it } from 'vitest';
import { loadApplication, type Application, type ApplicationService } from '../../../src/application/index.ts';
import { composeSchema } from '../../../src/application/compose-schema.ts';

const others = `
  other: { image: o, profiles: [] }
networks: { net: , back: }
volumes: { data: }
secrets: { key: { file: ./key.txt }, token: { environment: TOKEN } }
configs: { page: { file: ./page.html }, motd: { content: "hello \${WHO}" } }`;
const variables = new Map([['TOKEN', 't0p'], ['WHO', 'you']]);
const files: Readonly<Record<string, string>> = { '/app/gmsa.json': '{"a":1}',  '/app/some.env': 'A=1\nB="two $A"\n', '/app/labels': '# no label\na=1\nb = x\nc\n', '/app/base.yaml': 'services: { base: { image: b, user: "7" } }' };

/** The application of one service with these lines of YAML. */
const application = (lines: string): Promise<Application> =>
  loadApplication({ files: ['/app/compose.yaml'], environment: variables }, async (path) => (path === '/app/compose.yaml' ? `services:\n  it:\n    image: i\n${lines.split('\n').map((line) => `    ${line}`).join('\n')}\n${others.slice(1)}` : files[path]));
const service = async (lines: string): Promise<ApplicationService> => {
  const found = (await application(lines)).services.get('it');
  if (found === undefined) throw new Error('There is no service.');
  return found;
};
const refusal = (lines: string): Promise<string> => application(lines).then(() => 'accepted', (error: unknown) => (error as Error).message);

/** Lines of a service under one of its keys, and what becomes of them. Every key that is supported has a row. */
const rows: readonly (readonly [key: string, lines: string, settings: Readonly<Record<string, unknown>>])[] = [
  ['command', 'command: sh -c "echo \'a b\'"', { command: ['sh', '-c', "echo 'a b'"] }],
  ['entrypoint', 'entrypoint: [a, b c]', { entrypoint: ['a', 'b c'] }],
  ['user', 'user: "1000:50"', { user: '1000:50' }],
  ['working_dir', 'working_dir: /srv', { workingDirectory: '/srv' }],
  ['hostname', 'hostname: here', { hostName: 'here' }],
  ['environment', 'environment: [A=1, WHO, GONE]', { environment: { A: '1', WHO: 'you' } }],
  ['env_file', 'env_file: some.env', { environment: { A: '1', B: 'two 1' } }],
  ['env_file', 'env_file: [{ path: some.env, format: raw }, { path: gone.env, required: false }]', { environment: { A: '1', B: '"two $A"' } }],
  ['labels', 'labels: { a: 1, b: }', { labels: { a: '1', b: '' } }],
  ['label_file', 'label_file: labels\nlabels: [a=2]', { labels: { a: '2', b: ' x', c: '' } }],
  ['ports', 'ports: [80, "127.0.0.1:8080:80/udp", { target: 81, published: 8081, mode: host }, { target: 82, published: "9000", host_ip: "::1", protocol: tcp, mode: ingress }]', { ports: ['80', '127.0.0.1:8080:80/udp', '8081:81', '[::1]:9000:82/tcp'] }],
  ['expose', 'expose: [80, "90-91"]', {}],
  ['volumes', 'volumes: ["./src:/src:ro,rslave", data:/data:nocopy, /cache]', { mounts: [
    { kind: 'bind', source: '/app/src', target: '/src', readOnly: true, propagation: 'rslave' }, { kind: 'volume', source: 'app_data', target: '/data', readOnly: false, noCopy: true }, { kind: 'volume', source: '', target: '/cache', readOnly: false },
  ] }],
  ['volumes', `volumes:
  - { type: bind, source: ./src, target: /src, read_only: true, bind: { propagation: shared, create_host_path: false, recursive: enabled } }
  - { type: volume, source: data, target: /data, volume: { nocopy: true } }
  - { type: volume, target: /own }
  - { type: tmpfs, target: /fast, tmpfs: { size: 64m, mode: 0750 } }
  - { type: npipe, source: '\\\\.\\pipe\\a', target: '\\\\.\\pipe\\b' }`, { mounts: [
    { kind: 'bind', source: '/app/src', target: '/src', readOnly: true, propagation: 'shared' }, { kind: 'volume', source: 'app_data', target: '/data', readOnly: false, noCopy: true }, { kind: 'volume', source: '', target: '/own', readOnly: false },
    { kind: 'tmpfs', source: '', target: '/fast', readOnly: false, sizeBytes: 67_108_864, mode: 0o750 }, { kind: 'bind', source: '\\\\.\\pipe\\a', target: '\\\\.\\pipe\\b', readOnly: false },
  ] }],
  ['volumes', 'volumes: [{ type: volume, source: data, target: /b, volume: { subpath: a/b } }]', { mounts: [{ kind: 'volume', source: 'app_data', target: '/b', readOnly: false, subPath: 'a/b' }] }],
  ['tmpfs', 'tmpfs: ["/run:size=1m,mode=755,nosuid", /tmp:ro]', { mounts: [{ kind: 'tmpfs', source: '', target: '/run', readOnly: false, sizeBytes: 1_048_576, mode: 0o755 }, { kind: 'tmpfs', source: '', target: '/tmp', readOnly: true }] }],
  ['networks', 'networks:\n  back: { aliases: [b], ipv4_address: 10.0.0.2, ipv6_address: "fd00::2", mac_address: "02:00:00:00:00:01" }\n  net: { gw_priority: 1 }', { links: [
    { network: 'net', aliases: ['it'], addresses: [] }, { network: 'back', aliases: ['it', 'b'], addresses: ['10.0.0.2', 'fd00::2'], macAddress: '02:00:00:00:00:01' },
  ] }],
  ['network_mode', 'network_mode: service:other', { networkMode: 'service:other', links: [] }],
  ['network_mode', 'network_mode: bridge', { networkMode: 'nat', links: [] }],
  ['mac_address', 'mac_address: "02:00:00:00:00:01"', { links: [{ network: 'default', macAddress: '02:00:00:00:00:01' }] }],
  ['dns', 'dns: 1.1.1.1', { dnsServers: ['1.1.1.1'] }],
  ['dns_search', 'dns_search: [a.example, b.example]', { dnsSearch: ['a.example', 'b.example'] }],
  ['dns_opt', 'dns_opt: ["ndots:2", rotate]', { dnsOptions: ['ndots:2', 'rotate'] }],
  ['domainname', 'domainname: example.test', { domainName: 'example.test' }],
  ['volumes_from', 'volumes_from: [other, "other:ro", "container:c:rw", container:d]', { volumesFrom: ['service:other', 'service:other:ro', 'container:c:rw', 'container:d'] }],
  ['extra_hosts', 'extra_hosts: ["a=10.0.0.1", "b:[::1]"]', { hostEntries: [{ name: 'a', value: '10.0.0.1' }, { name: 'b', value: '::1' }] }],
  ['healthcheck', 'healthcheck: { test: [CMD, a, b], interval: 1m30s, timeout: 2s, start_period: 3s, start_interval: 500ms, retries: 4 }', { healthCheck: { command: { form: 'exec', args: ['a', 'b'] }, intervalSeconds: 90, timeoutSeconds: 2, startPeriodSeconds: 3, startIntervalSeconds: 0.5, retries: 4 } }],
  ['healthcheck', 'healthcheck: { disable: true }', { healthCheck: { command: { form: 'none' } } }],
  ['restart', 'restart: on-failure:3', { restart: { name: 'on-failure', maximumRetries: 3 } }],
  ['stop_signal', 'stop_signal: SIGINT', { stopSignal: 'SIGINT' }],
  ['stop_grace_period', 'stop_grace_period: 1m0.5s', { stopTimeoutSeconds: 61 }],
  ['read_only', 'read_only: "true"', { readOnlyRoot: true }],
  ['privileged', 'privileged: true', { privileged: true }],
  ['tty', 'tty: true', { terminal: true }],
  ['stdin_open', 'stdin_open: true', { openStdin: true }],
  ['isolation', 'isolation: hyperv', { isolation: 'HyperV' }],
  ['pid', 'pid: host', { pidMode: 'host' }],
  ['pid', 'pid: service:other', { pidMode: 'service:other' }],
  ['ipc', 'ipc: container:c', { ipcMode: 'container:c' }],
  ['ipc', 'ipc: shareable', {}],
  ['userns_mode', 'userns_mode: host', {}],
  ['security_opt', 'security_opt: ["seccomp:./profile.json", no-new-privileges, "apparmor=unconfined", label:disable]', { seccompProfile: '/app/profile.json' }],
  ['security_opt', 'security_opt: [seccomp=unconfined]', { seccompProfile: 'unconfined' }],
  ['cap_add', 'cap_add: [NET_ADMIN]', { addedCapabilities: ['NET_ADMIN'] }],
  ['cap_drop', 'cap_drop: [ALL]', { droppedCapabilities: ['ALL'] }],
  ['group_add', 'group_add: [audio, 42]', { additionalGroups: ['audio', '42'] }],
  ['init', 'init: true', { init: true }],
  ['shm_size', 'shm_size: 128m', { sharedMemoryBytes: 134_217_728 }],
  ['sysctls', 'sysctls: { net.core.somaxconn: 1024 }', { kernelParameters: [{ name: 'net.core.somaxconn', value: '1024' }] }],
  ['devices', 'devices: [/dev/fuse, "/dev/a:/dev/b:r", { source: /dev/c, target: /dev/d, permissions: rw }, { source: /dev/e }]', { devices: ['/dev/fuse', '/dev/a:/dev/b:r', '/dev/c:/dev/d:rw', '/dev/e:/dev/e:rwm'] }],
  ['ulimits', 'ulimits: { nproc: 65535, nofile: { soft: 2000, hard: "-1" } }', { userLimits: [{ name: 'nproc', soft: 65_535, hard: 65_535 }, { name: 'nofile', soft: 2000, hard: -1 }] }],
  ['mem_limit', 'mem_limit: 64m', { memoryBytes: 67_108_864 }],
  ['memswap_limit', 'mem_limit: 64m\nmemswap_limit: 96m', { memoryBytes: 67_108_864, memorySwapBytes: 33_554_432 }],
  ['oom_kill_disable', 'oom_kill_disable: true', { oomKillDisabled: true }],
  ['oom_score_adj', 'oom_score_adj: -500', { oomScoreAdjust: -500 }],
  ['cpus', 'cpus: "1.5"', { cpuCount: 1.5 }],
  ['cpu_quota', 'cpu_quota: 50000', { cpuCount: 0.5 }],
  ['cpu_period', 'cpu_quota: 50000\ncpu_period: 25000', { cpuCount: 2 }],
  ['cpu_shares', 'cpu_shares: 512', { cpuWeight: 50 }],
  ['cpuset', 'cpuset: 0-1', { cpuSet: '0-1' }],
  ['pids_limit', 'pids_limit: 100', { processCount: 100 }],
  ['pids_limit', 'pids_limit: -1', {}],
  ['blkio_config', 'blkio_config: { weight: 300, device_read_bps: [{ path: /dev/sda, rate: 1mb }], device_write_bps: [{ path: /dev/sda, rate: 1024 }] }', { blockIoWeight: 300, blockIoLimits: [{ device: '/dev/sda', readBytesPerSecond: 1_048_576, writeBytesPerSecond: 1024 }] }],
  ['storage_opt', 'storage_opt: { size: 1G }', { storageBytes: 1_073_741_824 }],
  ['deploy', 'deploy: { resources: { limits: { cpus: "0.5", memory: 64M, pids: 50 } }, restart_policy: { condition: on-failure, max_attempts: 2 } }', { cpuCount: 0.5, memoryBytes: 67_108_864, processCount: 50, restart: { name: 'on-failure', maximumRetries: 2 } }],
  ['extends', 'extends: { file: base.yaml, service: base }', { user: '7' }],
  ['secrets', 'secrets: [key]', { mounts: [{ kind: 'bind', source: '/app/key.txt', target: '/run/secrets/key', readOnly: true }] }],
  ['secrets', 'secrets: [{ source: token, target: t, uid: "1000", gid: "50", mode: 0440 }]', { files: [{ name: 'secret-0', target: '/run/secrets/t', inMemory: true, mode: 0o440, uid: 1000, gid: 50 }] }],
  ['configs', 'configs: [page, { source: motd, target: /etc/motd }]', { mounts: [{ kind: 'bind', source: '/app/page.html', target: '/page', readOnly: true }], files: [{ name: 'config-1', target: '/etc/motd', inMemory: false, mode: 0o444, uid: 0, gid: 0 }] }],
  ['extra_hosts', 'extra_hosts: { host.docker.internal: host-gateway }', { hostEntries: [{ name: 'host.docker.internal', value: 'host-gateway' }] }],
  ['volumes', 'volumes: ["./a:/b:ro,z", { type: bind, source: ./c, target: /d, bind: { selinux: Z } }]', { mounts: [{ kind: 'bind', source: '/app/a', target: '/b', readOnly: true }, { kind: 'bind', source: '/app/c', target: '/d', readOnly: false }] }],
  ['credential_spec', 'credential_spec: { file: ./gmsa.json }', { credentialSpec: '{"a":1}' }],
  ['credential_spec', 'credential_spec: { config: motd }', { credentialSpec: 'hello you' }],
  ['post_start', 'post_start: [{ command: "sh -c \'a b\'", user: root, working_dir: /srv, environment: [A=1, WHO, GONE] }, { command: [x] }]', { postStart: [{ command: ['sh', '-c', 'a b'], user: 'root', workingDirectory: '/srv', environment: { A: '1', WHO: 'you' } }, { command: ['x'], environment: {} }] }],
  ['pre_stop', 'pre_stop: [{ command: [a, b], privileged: false }]', { preStop: [{ command: ['a', 'b'], environment: {} }] }],
  ['logging', 'logging: { driver: local, options: { max-size: 1m, max-file: "3" } }', { logLimits: { maximumSizeBytes: 1_048_576, keptFiles: 2 } }],
];

/** Those that do not become settings of a container. */
const aside: readonly (readonly [key: string, lines: string, found: Readonly<Record<string, unknown>>])[] = [
  ['image', 'user: a', { image: 'i' }],
  ['build', 'build: { context: ., dockerfile_inline: "FROM scratch", args: { A: 1 }, labels: [l=m], target: t, tags: [x], no_cache: true, pull: true, network: none, secrets: [key, { source: key, target: id }] }', { build: {
    context: '/app', dockerfileText: 'FROM scratch', arguments: { A: '1' }, labels: { l: 'm' }, target: 't', tags: ['x'], noCache: true, pull: true, network: 'none', secrets: [{ id: 'key', source: '/app/key.txt' }, { id: 'id', source: '/app/key.txt' }],
  } }],
  ['pull_policy', 'pull_policy: if_not_present', { pullPolicy: 'missing' }],
  ['platform', 'platform: linux/arm64', { platform: 'linux/arm64' }],
  ['container_name', 'container_name: mine', { containerName: 'mine' }],
  ['scale', 'scale: 3', { replicas: 3 }],
  ['deploy', 'deploy: { mode: global }', { replicas: 1 }],
  ['profiles', 'profiles: []', { name: 'it' }],
  ['depends_on', 'depends_on: { other: { condition: service_healthy, required: false, restart: true } }', { dependsOn: { other: { condition: 'service_healthy', required: false, restart: true } } }],
  ['links', 'links: [other]', { dependsOn: { other: { condition: 'service_started', required: true } } }],
  ['secrets', 'secrets: [token]', { contents: new Map([['secret-0', 't0p']]) }],
  ['configs', 'configs: [motd]', { contents: new Map([['config-0', 'hello you']]) }],
];

interface Schema { readonly properties?: Readonly<Record<string, Schema>>; readonly patternProperties?: Readonly<Record<string, Schema>>; readonly not?: unknown; readonly $comment?: string }
const keys = Object.entries((composeSchema as unknown as { readonly properties: { readonly services: Schema } }).properties.services.patternProperties ?? {}).flatMap(([, { properties }]) => Object.entries(properties ?? {}));

describe('a key of a service', () => {
  it.each(rows)('%s is what it says: %s', async (_, lines, settings) => {
    expect((await service(lines)).settings).toMatchObject(settings);
  });

  it.each(aside)('%s is what it says beside the settings: %s', async (_, lines, found) => {
    expect(await service(lines)).toMatchObject(found);
  });

  it('has a row where it is supported', () => {
    const supported = keys.filter(([, schema]) => schema.not === undefined && schema.$comment === undefined).map(([key]) => key);
    expect(supported.length).toBeGreaterThan(60);
    expect(supported.filter((key) => ![...rows, ...aside].some(([row]) => row === key))).toEqual([]);
  });

  it.each(keys.filter(([, schema]) => schema.not !== undefined).map(([key]) => key))('%s is refused by its name', async (key) => {
    expect(await refusal(`${key}: x`)).toMatch(new RegExp(`services\\.it\\.${key} \\(line 4\\): this key is not supported: \\w`));
  });

  it.each(keys.filter(([, schema]) => schema.$comment === 'ignored').map(([key]) => key))('%s is ignored, and the user is told', async (key) => {
    const plain = await application('user: a');
    const { services, warnings } = await application(`user: a\n${key}: { any: thing }`);
    expect(services).toEqual(plain.services);
    expect(warnings).toEqual([expect.stringMatching(new RegExp(`^services\\.it\\.${key} is ignored: \\w`))]);
  });

  it('is ignored below another one by its place, once for each file that has it', async () => {
    const lines = 'deploy: { replicas: 2, placement: { constraints: [a] }, resources: { reservations: { memory: 1g, cpus: "1" } }, restart_policy: { window: 3s } }\nvolumes: [{ type: bind, source: ./a, target: /a, consistency: cached }]\nbuild: { context: ., cache_from: [x] }';
    const { services, warnings } = await application(lines);
    expect(services.get('it')).toMatchObject({ replicas: 2, settings: { mounts: [{ source: '/app/a' }] } });
    expect(warnings.map((warning) => warning.replace(/ .*/, '')).toSorted()).toEqual([
      'services.it.build.cache_from', 'services.it.deploy.placement', 'services.it.deploy.resources.reservations.cpus', 'services.it.deploy.resources.reservations.memory', 'services.it.deploy.restart_policy.window', 'services.it.volumes.0.consistency',
    ]);
  });

  it.each([
    ['build: { context: ., dockerfile: D, dockerfile_inline: "FROM a" }', 'dockerfile_inline', 'it cannot stand beside dockerfile'],
    ['build: { context: ., secrets: [token] }', 'build.secrets.0', 'only secrets of files'],
    ['volumes: ["data:/b:z"]', 'volumes.0', "the mode 'z' of a volume is not supported"],
    ['volumes: [{ type: bind, source: ./a, target: /b, bind: { create_host_path: true } }]', 'create_host_path', 'folders of the host are not made'],
    ['volumes: [{ type: bind, source: ./a, target: /b, bind: { selinux: other } }]', 'selinux', 'only z, Z is supported'],
    ['deploy: { resources: { reservations: { devices: [{ capabilities: [gpu] }] } } }', 'reservations.devices', 'not supported: devices are given by their paths'],
    ['credential_spec: { registry: x }', 'credential_spec.registry', 'not supported: give the file'],
    ['credential_spec: {}', 'credential_spec', 'it needs one of file and config'],
    ['credential_spec: { config: gone }', 'credential_spec.config', "the files declare no 'gone' among the configs"],
    ['post_start: [{ command: "" }]', 'post_start.0.command', 'it is empty'],
    ['pre_stop: [{ command: [a] }, { command: "a \'b" }]', 'pre_stop.1.command', 'a quote is never closed'],
    ['pre_stop: [{ command: [a], privileged: true }]', 'pre_stop.0.privileged', 'this is not supported'],
    ['post_start: [{ user: a }]', 'post_start.0', 'it needs the key command'],
    ['volumes: [{ type: tmpfs, target: /b, bind: { propagation: shared } }]', 'volumes.0.bind', 'the mount is of the type tmpfs'],
    ['volumes: [{ type: image, source: a, target: /b }]', 'volumes.0', 'only bind, volume, tmpfs, npipe is supported'],
    ['volumes: [{ type: tmpfs, target: /b, tmpfs: { size: big } }]', 'size', "'big' cannot be the size"],
    ['volumes: [gone:/b]', 'volumes.0', "there is no volume 'gone' in the files"],
    ['tmpfs: /a:noexec', 'tmpfs', "the option 'noexec' is not supported"],
    ['volumes_from: [gone]', 'depends_on', 'there is no such service'],
    ['volumes_from: ["other:rx"]', 'volumes_from.0', "'other:rx' is not of the form service[:ro|rw]"],
    ['links: [other:alias]', 'links', "the other name 'alias' is not supported"],
    ['pid: service:gone', 'pid', "there is no service 'gone'"],
    ['pid: odd', 'pid', "'odd' is not supported"],
    ['security_opt: [apparmor:mine]', 'security_opt', "'apparmor:mine' is not supported"],
    ['privileged: true\nsecurity_opt: [no-new-privileges]', 'security_opt', 'not supported of a privileged container'],
    ['memswap_limit: 64m', 'memswap_limit', 'needs mem_limit'],
    ['mem_limit: 64m\nmemswap_limit: -1', 'memswap_limit', 'swap without a limit is not supported'],
    ['cpu_period: 1000', 'cpu_period', 'it needs cpu_quota'],
    ['ulimits: { nofile: 1.5 }', 'ulimits.nofile', 'limits are whole numbers'],
    ['secrets: [{ source: key, mode: 0400 }]', 'secrets.0.mode', 'is mounted as it is'],
    ['secrets: [gone]', 'secrets.0', "the files declare no 'gone' among the secrets"],
    ['deploy: { mode: global, replicas: 2 }', 'deploy.replicas', 'with the mode global'],
    ['deploy: { mode: replicated-job }', 'deploy.mode', 'only replicated, global is supported'],
    ['userns_mode: keep-id', 'userns_mode', 'only host is supported'],
    ['pull_policy: daily', 'pull_policy', 'only always'],
    ['logging: { driver: syslog }', 'logging.driver', 'only json-file, local is supported'],
    ['blkio_config: { device_read_iops: [] }', 'device_read_iops', 'this key is not supported'],
  ])('is refused with its place where it asks for what is not supported: %s', async (lines, place, reason) => {
    const message = await refusal(lines);
    expect(message).toContain(place);
    expect(message).toContain(reason);
  });
});
