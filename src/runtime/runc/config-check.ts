import { Ajv, type ValidateFunction } from 'ajv';
import { SiloError } from '../../base/index.ts';

const absolutePath = { type: 'string', pattern: '^/[^\\0]*$' } as const;
const word = { type: 'string', minLength: 1, pattern: '^[^\\0]+$' } as const;
const strings = { type: 'array', items: { type: 'string', pattern: '^[^\\0]*$' } } as const;
const id = { type: 'integer', minimum: 0, maximum: 4_294_967_295 } as const;
const amount = { type: 'integer', minimum: 0, maximum: 2 ** 64 } as const;
const closed = (properties: object, required: readonly string[] = []): object => ({ type: 'object', properties, required, additionalProperties: false });

const capabilities = { type: 'array', items: { type: 'string', pattern: '^CAP_[A-Z_]+$' } };

const deviceType = { enum: ['b', 'c'] } as const;
const throttle = { type: 'array', items: closed({ major: id, minor: id, rate: amount }, ['major', 'minor', 'rate']) };

const process = closed({
  terminal: { type: 'boolean' },
  user: closed({ uid: id, gid: id, additionalGids: { type: 'array', items: id } }, ['uid', 'gid']),
  args: { type: 'array', items: { type: 'string', pattern: '^[^\\0]*$' }, minItems: 1 },
  env: { type: 'array', items: { type: 'string', pattern: '^[^=\\0]+=[^\\0]*$' } },
  cwd: absolutePath,
  capabilities: closed({ bounding: capabilities, effective: capabilities, permitted: capabilities }),
  rlimits: { type: 'array', items: closed({ type: { type: 'string', pattern: '^RLIMIT_[A-Z]+$' }, soft: amount, hard: amount }, ['type', 'soft', 'hard']) },
  oomScoreAdj: { type: 'integer', minimum: -1000, maximum: 1000 },
  noNewPrivileges: { type: 'boolean' },
}, ['args', 'cwd', 'user', 'noNewPrivileges']);

/**
 * What Silo's own configurations look like: narrower than the specification, so that nothing unforeseen
 * reaches runc, whose errors come later and say less. Tests hold the same documents to the published schema.
 */
const config = closed({
  ociVersion: { const: '1.0.2' },
  process,
  root: closed({ path: absolutePath, readonly: { type: 'boolean' } }, ['path', 'readonly']),
  hostname: { type: 'string', pattern: '^[A-Za-z0-9]([A-Za-z0-9.-]{0,61}[A-Za-z0-9])?$' },
  mounts: { type: 'array', items: closed({ destination: absolutePath, type: word, source: word, options: strings }, ['destination', 'type', 'source', 'options']) },
  linux: closed({
    cgroupsPath: absolutePath,
    resources: closed({
      devices: { type: 'array', items: closed({ allow: { type: 'boolean' }, type: deviceType, major: id, minor: id, access: { type: 'string', pattern: '^[rwm]{1,3}$' } }, ['allow', 'access']) },
      pids: closed({ limit: { type: 'integer', minimum: 1 } }, ['limit']),
      memory: closed({ limit: { type: 'integer', minimum: 4096 }, swap: { type: 'integer', minimum: 4096 }, disableOOMKiller: { type: 'boolean' } }, ['limit']),
      cpu: closed({ quota: { type: 'integer', minimum: 1000 }, period: { type: 'integer', minimum: 1000 }, shares: { type: 'integer', minimum: 2, maximum: 262_144 }, cpus: { type: 'string', pattern: '^[0-9,-]+$' } }),
      blockIO: closed({ weight: { type: 'integer', minimum: 10, maximum: 1000 }, throttleReadBpsDevice: throttle, throttleWriteBpsDevice: throttle }),
    }, ['devices', 'pids']),
    devices: { type: 'array', items: closed({ path: absolutePath, type: deviceType, major: id, minor: id, fileMode: id, uid: id, gid: id }, ['path', 'type', 'major', 'minor']) },
    sysctl: { type: 'object', additionalProperties: { type: 'string' } },
    namespaces: { type: 'array', minItems: 2, items: closed({ type: { enum: ['pid', 'ipc', 'uts', 'mount', 'network'] }, path: absolutePath }, ['type']) },
    rootfsPropagation: { enum: ['shared', 'rslave'] },
    seccomp: closed({
      defaultAction: word,
      defaultErrnoRet: id,
      architectures: { type: 'array', items: { type: 'string', pattern: '^SCMP_ARCH_' } },
      syscalls: { type: 'array', items: closed({ names: { type: 'array', items: word, minItems: 1 }, action: word, errnoRet: id, args: { type: 'array', items: { type: 'object' } } }, ['names', 'action']) },
    }, ['defaultAction', 'syscalls']),
    maskedPaths: { type: 'array', items: absolutePath },
    readonlyPaths: { type: 'array', items: absolutePath },
  }, ['cgroupsPath', 'resources', 'namespaces']),
}, ['ociVersion', 'process', 'root', 'hostname', 'mounts', 'linux']);

let compiled: { readonly config: ValidateFunction; readonly process: ValidateFunction } | undefined;

/** Compiled on first use: an engine that starts nothing does not pay for it. */
const checks = () => {
  if (compiled === undefined) {
    const ajv = new Ajv({ strict: true });
    compiled = { config: ajv.compile(config), process: ajv.compile(process) };
  }
  return compiled;
};

/** @throws SiloError ConfigInvalid */
export const checkDocument = (kind: 'config' | 'process', document: object): void => {
  const check = checks()[kind];
  if (check(document)) return;
  const error = check.errors?.[0];
  throw new SiloError('ConfigInvalid', { args: { reason: `${error?.instancePath || kind} ${error?.message ?? 'is not valid'}` } });
};
