import { describe, expect, it } from 'vitest';
import { loadApplication, type Application, type LoadRequest } from '../../../src/application/index.ts';

/** Loads from files that are held in memory, below /app. */
const load = (files: Readonly<Record<string, string>>, request: Partial<LoadRequest> & { readonly variables?: Readonly<Record<string, string>> } = {}): Promise<Application> => {
  const { variables = {}, ...rest } = request;
  return loadApplication({ files: ['/app/compose.yaml'], environment: new Map(Object.entries(variables)), ...rest }, async (path) => files[path]);
};
const one = (text: string, request?: Parameters<typeof load>[1]): Promise<Application> => load({ '/app/compose.yaml': text }, request);
const refusal = async (text: string, request?: Parameters<typeof load>[1]): Promise<string> => one(text, request).then(() => 'accepted', (error: unknown) => (error as Error).message);

describe('an application from a compose file', () => {
  it('has its name from the request, the environment, the file, or the folder, in this order', async () => {
    const text = 'name: written\nservices: { a: { image: b } }';
    expect((await one(text, { name: 'asked', variables: { COMPOSE_PROJECT_NAME: 'set' } })).name).toBe('asked');
    expect((await one(text, { variables: { COMPOSE_PROJECT_NAME: 'set' } })).name).toBe('set');
    expect((await one(text)).name).toBe('written');
    expect((await one('services: { a: { image: b } }')).name).toBe('app');
    await expect(one(text, { name: 'No Name' })).rejects.toMatchObject({ code: 'ParameterInvalid' });
  });

  it('gives every service the network default, which knows it by its name', async () => {
    const { services, networks } = await one('services: { web: { image: nginx, ports: ["8080:80"], expose: [80] } }');
    expect(services.get('web')).toMatchObject({ image: 'nginx', replicas: 1, pullPolicy: 'missing', settings: { ports: ['8080:80'], links: [{ network: 'default', aliases: ['web'], addresses: [] }] } });
    expect(networks.get('default')).toMatchObject({ name: 'app_default', external: false, driver: 'nat' });
  });

  it('reads short and long forms alike', async () => {
    const short = await one(`
services:
  a: { image: b, environment: [A=1, B], volumes: ["data:/data:ro", "./src:/src"], networks: [back], depends_on: [c], ports: ["127.0.0.1:80:8080/udp"], env_file: some.env, command: sh -c "echo 'a b'", secrets: [key], labels: [x=y] }
  c: { image: d }
networks: { back: }
volumes: { data: }
secrets: { key: { file: ./key.txt } }`.replace('env_file: some.env, ', ''), { variables: { B: '2' } });
    const long = await one(`
services:
  a:
    image: b
    environment: { A: 1, B: null }
    volumes: [{ type: volume, source: data, target: /data, read_only: true }, { type: bind, source: ./src, target: /src }]
    networks: { back: null }
    depends_on: { c: { condition: service_started } }
    ports: [{ host_ip: 127.0.0.1, published: 80, target: 8080, protocol: udp }]
    command: [sh, -c, "echo 'a b'"]
    secrets: [{ source: key }]
    labels: { x: y }
  c: { image: d }
networks: { back: {} }
volumes: { data: {} }
secrets: { key: { file: /app/key.txt } }`, { variables: { B: '2' } });
    expect(long.services.get('a')).toEqual(short.services.get('a'));
    expect(short.services.get('a')?.settings).toMatchObject({
      environment: { A: '1', B: '2' }, command: ['sh', '-c', "echo 'a b'"], labels: { x: 'y' },
      mounts: [{ kind: 'volume', source: 'app_data', target: '/data', readOnly: true }, { kind: 'bind', source: '/app/src', target: '/src', readOnly: false }, { kind: 'bind', source: '/app/key.txt', target: '/run/secrets/key', readOnly: true }],
    });
    expect(short.volumes).toEqual(new Map([['app_data', {}]]));
  });

  it('puts variables of the client before those of .env, and warns of what is not set', async () => {
    const text = 'services: { a: { image: "${IMAGE:-none}:${TAG}", command: [ "$$HOME", "${NOT_SET}" ] } }';
    const application = await load({ '/app/compose.yaml': text, '/app/.env': 'IMAGE=from-file\nTAG=1 # comment' }, { variables: { IMAGE: 'from-client' } });
    expect(application.services.get('a')).toMatchObject({ image: 'from-client:1', settings: { command: ['$HOME', ''] } });
    expect(application.warnings).toEqual([expect.stringContaining('NOT_SET')]);
    expect(await refusal('services: { a: { image: "${NEEDED:?say which}" } }')).toMatch(/services\.a\.image \(line 1\): the variable NEEDED is needed: say which/);
  });

  it('merges files: maps by key, lists one after another, commands as a whole, mounts by target', async () => {
    const { services } = await load({
      '/app/compose.yaml': 'services: { a: { image: one, command: [x, y], environment: { A: 1, B: 1 }, ports: ["1:1"], volumes: ["./one:/at"], dns: 1.1.1.1 } }',
      '/app/other.yaml': 'services: { a: { image: two, command: [z], environment: [B=2], ports: ["2:2"], volumes: ["./two:/at"], dns: [8.8.8.8] } }',
    }, { files: ['/app/compose.yaml', '/app/other.yaml'] });
    expect(services.get('a')).toMatchObject({ image: 'two', settings: { command: ['z'], environment: { A: '1', B: '2' }, ports: ['1:1', '2:2'], mounts: [{ source: '/app/two', target: '/at' }], dnsServers: ['1.1.1.1', '8.8.8.8'] } });
  });

  it('finds the compose files of a folder by their names, with what overrides them', async () => {
    const files = { '/app/compose.yml': 'services: { a: { image: one } }', '/app/compose.override.yml': 'services: { a: { hostname: here } }' };
    expect((await load(files, { files: ['/app'] })).services.get('a')).toMatchObject({ image: 'one', settings: { hostName: 'here' } });
    await expect(load({}, { files: ['/app'] })).rejects.toMatchObject({ code: 'PathNotFound' });
  });

  it('extends services of this file and of others, whose paths are their own folder’s', async () => {
    const { services } = await load({
      '/app/compose.yaml': 'services: { a: { extends: { file: base/compose.yaml, service: b }, environment: { A: 2 } }, c: { extends: a, hostname: c } }',
      '/app/base/compose.yaml': 'services: { b: { image: base, environment: { A: 1, B: 1 }, volumes: ["./data:/data"] } }',
    });
    expect(services.get('c')).toMatchObject({ image: 'base', settings: { hostName: 'c', environment: { A: '2', B: '1' }, mounts: [{ source: '/app/base/data' }] } });
    expect(await refusal('services: { a: { extends: b }, b: { extends: a } }')).toMatch(/extends itself: a -> b -> a/);
  });

  it('has only the services whose profiles are on, and refuses to depend on others', async () => {
    const text = 'services: { a: { image: x }, debug: { image: y, profiles: [debug] } }';
    expect([...(await one(text)).services.keys()]).toEqual(['a']);
    expect([...(await one(text)).knownServices]).toEqual(['a', 'debug']);
    expect([...(await one(text, { profiles: ['debug'] })).services.keys()]).toEqual(['a', 'debug']);
    expect(await refusal('services: { a: { image: x, depends_on: [debug] }, debug: { image: y, profiles: [debug] } }')).toMatch(/depends_on\.debug .*profile of that service is off/);
  });

  it('reads limits, health checks, restart policies and replicas', async () => {
    const { services } = await one(`
services:
  a:
    image: b
    mem_limit: 1.5g
    stop_grace_period: 1m30s
    restart: on-failure:3
    healthcheck: { test: wget -q localhost, interval: 500ms, retries: 5 }
    deploy: { replicas: 3, resources: { limits: { cpus: "0.5", pids: 100 } } }
    logging: { driver: json-file, options: { max-size: 1m, max-file: 3 } }`);
    expect(services.get('a')).toMatchObject({ replicas: 3, settings: {
      memoryBytes: 1.5 * 1024 ** 3, cpuCount: 0.5, processCount: 100, stopTimeoutSeconds: 90, restart: { name: 'on-failure', maximumRetries: 3 },
      healthCheck: { command: { form: 'shell', text: 'wget -q localhost' }, intervalSeconds: 0.5, retries: 5 }, logLimits: { maximumSizeBytes: 1024 ** 2, keptFiles: 2 },
    } });
  });

  it('takes what other files include, with their own folders and variables, which are those of the whole first', async () => {
    const files = {
      '/app/compose.yaml': 'include: [../db/compose.yaml, { path: [tools/a.yaml, tools/b.yaml], project_directory: elsewhere, env_file: tools.env }]\nservices: { web: { image: "$IMAGE", depends_on: [db], secrets: [key] } }',
      '/app/.env': 'IMAGE=web\nSHARED=outer',
      '/db/compose.yaml': 'name: other\nservices: { db: { image: "$IMAGE-$SHARED-$OWN", volumes: ["./data:/data"], environment: [OWN] } }\nsecrets: { key: { file: ./key } }',
      '/db/.env': 'IMAGE=db\nSHARED=inner\nOWN=own',
      '/app/tools.env': 'LEVEL=3',
      '/app/tools/a.yaml': 'services: { tool: { image: t, build: ., user: "1" } }',
      '/app/tools/b.yaml': 'services: { tool: { user: "$LEVEL" } }',
    };
    const { name, services } = await load(files);
    expect(name).toBe('app');
    expect(services.get('db')).toMatchObject({ image: 'web-outer-own', settings: { environment: { OWN: 'own' }, mounts: [{ source: '/db/data' }] } });
    expect(services.get('web')?.settings.mounts).toMatchObject([{ source: '/db/key', target: '/run/secrets/key' }]);
    expect(services.get('tool')).toMatchObject({ build: { context: '/app/elsewhere' }, settings: { user: '3' } });
    await expect(load({ ...files, '/app/compose.yaml': 'include: [../db/compose.yaml]\nservices: { db: { image: mine } }' })).rejects.toMatchObject({ message: expect.stringMatching(/include\.0 \(line 1\): what it includes has another services\.db/) as string });
    // A later file of the whole may change what an earlier one included.
    const over = await load({ ...files, '/app/over.yaml': 'services: { db: { user: "9" } }' }, { files: ['/app/compose.yaml', '/app/over.yaml'] });
    expect(over.services.get('db')?.settings).toMatchObject({ user: '9', mounts: [{ source: '/db/data' }] });
  });

  it('knows the options of networks and volumes', async () => {
    const { networks, volumes, services } = await one(`
services:
  a: { image: b, networks: [own, lan, theirs], volumes: ["data:/data", "old:/old"] }
networks:
  own: { driver: bridge, attachable: true, enable_ipv4: true, enable_ipv6: true, internal: true, labels: [a=b], driver_opts: { com.docker.network.driver.mtu: "1400" }, ipam: { driver: default, config: [{ subnet: 10.1.0.0/24, gateway: 10.1.0.1 }] } }
  lan: { driver: macvlan, driver_opts: { parent: eth0 }, name: office }
  theirs: { external: { name: elsewhere } }
volumes:
  data: { driver: local, labels: { keep: long } }
  old: { external: true }`);
    expect(networks.get('own')).toEqual({ name: 'app_own', external: false, driver: 'internal', ipv6: true, mtu: 1400, parentInterface: undefined, subnets: ['10.1.0.0/24'], gateways: ['10.1.0.1'], labels: { a: 'b' } });
    expect(networks.get('lan')).toMatchObject({ name: 'office', driver: 'transparent', parentInterface: 'eth0' });
    expect(networks.get('theirs')).toMatchObject({ name: 'elsewhere', external: true });
    expect(volumes).toEqual(new Map([['app_data', { keep: 'long' }]]));
    expect(services.get('a')?.settings.mounts).toMatchObject([{ source: 'app_data' }, { source: 'old' }]);
  });

  it('mounts a volume that is an SMB share as one, and keeps its password out of the settings', async () => {
    const share = (o: string, device = '//files/data/www', type = 'cifs'): string => `services: { a: { image: b, volumes: ["s:/s:ro", { type: volume, source: s, target: /t, volume: { nocopy: true } }] } }\nvolumes: { s: { driver: local, driver_opts: { type: "${type}", device: "${device}", o: "${o}" } } }`;
    const { services, volumes } = await one(share('username=web,password=$SECRET,domain=CORP,addr=files,vers=3.0,seal,uid=5,gid=6,file_mode=0750,dir_mode=0750'), { variables: { SECRET: 'p=w' } });
    const mount = { kind: 'smb', source: '//files/data/www', userName: 'CORP\\web', requirePrivacy: true, userId: 5, groupId: 6, mode: 0o750 };
    expect(services.get('a')?.settings.mounts).toEqual([{ ...mount, target: '/s', readOnly: true }, { ...mount, target: '/t', readOnly: false }]);
    expect(JSON.stringify(services.get('a')?.settings)).not.toContain('p=w');
    expect(services.get('a')?.shareCredentials[0]).toEqual({ source: '//files/data/www', userName: 'CORP\\web', secret: 'p=w' });
    expect(volumes.size).toBe(0);
    for (const [text, reason] of [
      [share('', '//files/data', 'nfs'), 'driver_opts.type'], [share('username=web'), 'username and password belong together'], [share('password=x'), 'username and password'], [share('vers=1.0'), 'at least 3.0'],
      [share('credentials=/x'), "the option 'credentials' is not supported"], [share('uid=web'), 'uid is a number'], [share('file_mode=0700,dir_mode=0755'), 'one number'],
      ['services: { a: { image: b, volumes: ["s:/s"] } }\nvolumes: { s: { driver_opts: { type: cifs } } }', 'the device is missing'],
      ['services: { a: { image: b, volumes: ["s:/s"] } }\nvolumes: { s: { driver_opts: { size: x } } }', 'driver_opts.size'],
    ] as const) await expect(one(text)).rejects.toThrow(reason);
  });

  it.each([
    ['a key of the specification that Silo does not have', 'services:\n  a:\n    image: b\n    external_links: [c]', /services\.a\.external_links \(line 4\): this key is not supported/],
    ['a key that nobody knows', 'services:\n  a:\n    imgae: b', /services\.a\.imgae \(line 3\): there is no such key/],
    ['a key deep within a long form', 'services:\n  a:\n    image: b\n    deploy:\n      resources:\n        reservations:\n          devices: []', /deploy\.resources\.reservations\.devices \(line 7\): this key is not supported/],
    ['a value of the wrong type', 'services: { a: { image: [b] } }', /services\.a\.image \(line 1\): it must be string/],
    ['a service of nothing', 'services: { a: {} }', /services\.a \(line 1\): it needs an image or a build/],
    ['a file of nothing', '', /the file: it must be object/],
    ['no service', 'name: a', /services: there is none/],
    ['a ring', 'services: { a: { image: x, depends_on: [b] }, b: { image: x, depends_on: [a] } }', /services wait for each other: a -> b -> a/],
    ['a network that is not declared', 'services: { a: { image: x, networks: [n] } }', /declare no network 'n'/],
    ['a volume that is not declared', 'services: { a: { image: x, volumes: ["v:/v"] } }', /there is no volume 'v' in the files/],
    ['two keys of one name', 'services: { a: { image: x, image: y } }', /Map keys must be unique/],
    ['a tag that nobody knows', 'services: { a: { image: !reset null } }', /!reset/],
    ['half a text', 'services: { a: { image: "x', /line 1/],
    ['a dollar sign alone', 'services: { a: { image: x, command: ["cost: 5$ "] } }', /a dollar sign is written \$\$/],
    ['a file that includes itself', 'include: [compose.yaml]\nservices: { a: { image: x } }', /include \(line 1\): it includes itself/],
    ['a secret of a variable that is not set', 'services: { a: { image: x, secrets: [k] } }\nsecrets: { k: { environment: GONE } }', /the variable GONE is not set/],
    ['a config of two kinds', 'services: { a: { image: x, configs: [k] } }\nconfigs: { k: { content: a, file: b } }', /needs one of file, environment and content/],
    ['a network without IPv4', 'services: { a: { image: x } }\nnetworks: { default: { enable_ipv4: false } }', /networks\.default\.enable_ipv4 \(line 2\): only true is supported/],
    ['a duration that is none', 'services: { a: { image: x, stop_grace_period: soon } }', /'soon' is no duration/],
  ])('refuses %s, by its place', async (_, text, message) => {
    expect(await refusal(text)).toMatch(message);
  });

  it('refuses aliases that grow without bound, and files without end, at once', async () => {
    const levels = Array.from({ length: 9 }, (_, level) => `x-${level}: &l${level} [${Array.from({ length: 9 }, () => (level === 0 ? 'x' : `*l${level - 1}`)).join(', ')}]`);
    const before = performance.now();
    expect(await refusal(`${levels.join('\n')}\nservices: { a: { image: x } }`)).toMatch(/alias/i);
    expect(await refusal(`services: { a: { image: x } }\n#${'#'.repeat(1024 * 1024)}`)).toMatch(/larger than/);
    expect(await refusal(`x-a: ${'['.repeat(100_000)}`)).toMatch(/cannot be used/);
    expect(performance.now() - before).toBeLessThan(5000);
  });

  it('takes anchors and merge keys', async () => {
    const { services } = await one('x-base: &base { image: b, environment: { A: 1 } }\nservices: { a: { <<: *base, hostname: h } }');
    expect(services.get('a')).toMatchObject({ image: 'b', settings: { hostName: 'h', environment: { A: '1' } } });
  });
});
