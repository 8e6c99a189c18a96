/**
 * The rooms of the house and what each may reach. This table is the design; the test holds the code to
 * it. To change an arrow, change it here and say why in src/adr.
 */
export interface Room {
  /** Rooms that it may import; a name ending in /* stands for all below it. */
  readonly rooms: readonly string[];
  /** Modules of Node: all, or only these. */
  readonly node: 'all' | readonly string[];
  readonly packages: readonly string[];
}

const pure = { node: [], packages: [] } as const;

export const rooms: Readonly<Record<string, Room>> = {
  'src/base': { rooms: [], ...pure },
  'src/core': { rooms: ['src/base'], ...pure },
  'src/contract': { rooms: ['src/base'], node: [], packages: ['ajv', 'typebox'] },

  'src/image': { rooms: ['src/base', 'src/core'], node: 'all', packages: ['tar-stream'] },
  // Apart from image: it does network I/O on behalf of strangers, and no document or archive needs undici.
  'src/registry': { rooms: ['src/base', 'src/core'], node: 'all', packages: ['undici'] },
  // Apart from image: it reads the folders of whoever builds and the roots of half-made images; no document or archive needs a Dockerfile's parser.
  'src/build': { rooms: ['src/base', 'src/core', 'src/image', 'src/layer', 'native'], node: 'all', packages: ['dockerfile-ast', 'tar-stream'] },
  'src/store': { rooms: ['src/base', 'src/core', 'native'], node: 'all', packages: [] },
  // What every snapshotter does with an archive, and builds too; what becomes of an entry is theirs.
  'src/layer': { rooms: ['src/base', 'src/core'], node: 'all', packages: [] },
  'src/snapshot/overlay': { rooms: ['src/base', 'src/core', 'src/layer', 'native'], node: 'all', packages: [] },
  // Apart from store: runtimes turn the files over that they write, and know nothing else of the store.
  'src/log': { rooms: ['src/base'], node: 'all', packages: [] },
  'src/snapshot/wclayer': { rooms: ['src/base', 'src/core', 'src/layer', 'native'], node: 'all', packages: [] },
  // Apart from wclayer: what it writes is read by Linux, and Windows' layers share nothing with it but the disks.
  'src/snapshot/lcow': { rooms: ['src/base', 'src/core', 'src/layer', 'native'], node: 'all', packages: [] },
  // Both runtimes of Linux let conmon hold what their processes say.
  'src/runtime/conmon': { rooms: ['src/base', 'src/core', 'src/log', 'native'], node: 'all', packages: [] },
  'src/runtime/runc': { rooms: ['src/base', 'src/core', 'src/runtime/conmon', 'native'], node: 'all', packages: ['ajv'] },
  'src/runtime/microvm': { rooms: ['src/base', 'src/core', 'src/runtime/conmon'], node: 'all', packages: [] },
  // The room of a runtime that lives in the supervisor: it knows the seam, and none of those behind it.
  'src/runtime/piped': { rooms: ['src/base', 'src/core'], node: 'all', packages: ['vscode-jsonrpc'] },
  // Its documents are schemas, from which types and checks come.
  'src/runtime/hcs': { rooms: ['src/base', 'src/core', 'src/log', 'native'], node: 'all', packages: ['ajv', 'typebox'] },
  'src/network/netns': { rooms: ['src/base', 'src/core', 'native'], node: 'all', packages: [] },
  // Both make links between the host and a namespace of netns.
  'src/network/bridge': { rooms: ['src/base', 'src/core', 'src/network/netns', 'native'], node: 'all', packages: [] },
  'src/network/cni': { rooms: ['src/base', 'src/core', 'src/network/bridge', 'src/network/netns', 'native'], node: 'all', packages: [] },
  'src/network/hcn': { rooms: ['src/base', 'src/core', 'native'], node: 'all', packages: [] },
  // Chooses among the rooms beside it by a network's type.
  'src/network/linux-network.ts': { rooms: ['src/base', 'src/core', 'src/network/*'], node: ['node:path'], packages: [] },
  'src/host': { rooms: ['src/base', 'src/core', 'native'], node: 'all', packages: [] },
  // Apart from volume and store: it meets files of strangers that change while it looks.
  'src/files': { rooms: ['src/base', 'src/core', 'src/layer', 'native'], node: 'all', packages: [] },
  // Apart from volume: it speaks with servers, and knows passwords.
  'src/share': { rooms: ['src/base', 'src/core', 'native'], node: 'all', packages: [] },
  'src/volume': { rooms: ['src/base', 'src/core', 'native'], node: 'all', packages: [] },

  // Words alone, but for reading the files that it is given: the engine decides what becomes of an application.
  'src/application': { rooms: ['src/base'], node: ['node:crypto', 'node:fs/promises', 'node:path'], packages: ['ajv', 'typebox', 'yaml'] },

  // Policy: it decides, others do. Of Node it takes only what does no I/O.
  'src/engine': { rooms: ['src/application', 'src/base', 'src/core', 'src/image', 'src/build'], node: ['node:crypto', 'node:events', 'node:path', 'node:timers/promises'], packages: [] },
  // Policy as the engine's, and made of its use cases alone; apart from it, because none of them needs to know what somebody wished.
  'src/desired': { rooms: ['src/base', 'src/core', 'src/engine'], node: ['node:timers/promises'], packages: [] },
  'src/supervisor': { rooms: ['src/base', 'src/core', 'src/engine'], node: 'all', packages: ['dns-packet'] },

  // Front ends name the seams' values in what they translate, so they see core; they never see an implementation.
  'src/serve/rpc': { rooms: ['src/base', 'src/core', 'src/contract', 'src/desired', 'src/engine'], node: 'all', packages: ['vscode-jsonrpc'] },
  'src/cli': { rooms: ['src/base', 'src/core', 'src/contract', 'src/engine', 'src/serve/*', 'src/supervisor'], node: 'all', packages: ['pino', 'vscode-jsonrpc', 'yargs'] },

  // The composition root: src/main.ts alone asks which system this is; each system's implementations are put together in a file of its own.
  'src/main.ts': { rooms: ['src/*', 'native', 'package.json'], node: 'all', packages: [] },
  // Loads the registry client when it is first asked: part of how things are put together.
  'src/late-registry.ts': { rooms: ['src/base', 'src/core'], ...pure },
  'src/late-web-files.ts': { rooms: ['src/core'], ...pure },
  // What both systems do when they open a state root.
  'src/open-root.ts': { rooms: ['src/base', 'src/core', 'src/engine', 'src/store'], node: 'all', packages: [] },
  'src/open-windows.ts': { rooms: ['src/*', 'native'], node: 'all', packages: [] },
  'src/open-linux.ts': { rooms: ['src/*', 'native'], node: 'all', packages: [] },
  'package.json': { rooms: [], ...pure },
  native: { rooms: [], node: 'all', packages: ['koffi'] },
};

/** Files beside an index that other rooms may import: each command is loaded only where it is asked for, the parser of the command line only where somebody types one. */
export const loadedByThemselves: ReadonlySet<string> = new Set(['src/cli/run-cli.ts', 'src/cli/engine-command.ts', 'src/cli/supervise-command.ts']);

export const mayReadPlatform: ReadonlySet<string> = new Set(['src/main.ts']);

/** Names that say nothing of what is inside. */
export const emptyNames = /(^|\/)(utils?|helpers?|common|misc|manager|shared)(\/|\.[^/]*$|$)|-(utils?|helpers|misc)(\/|\.[^/]*$|$)/;

/** The room that a file is in; undefined where it is in none. */
export const roomOf = (path: string): string | undefined =>
  Object.keys(rooms).filter((room) => path === room || path.startsWith(`${room}/`)).sort((a, b) => b.length - a.length)[0];

export const mayImport = (from: string, to: string): boolean =>
  from === to || (rooms[from]?.rooms ?? []).some((allowed) => (allowed.endsWith('/*') ? to.startsWith(allowed.slice(0, -1)) : to === allowed));
