import { posix } from 'node:path';
import { SiloError, formatPlatform, isDigest } from '../base/index.ts';
import {
  IgnorePatterns, ImageDocument, cacheKey, dockerfileInvalid, expandText, expandWord, expandWords, findOwner, findSources, layerTar, parseMode, parsePorts, parseTriggers, planCopy, planFolder,
  sourcesOf, stageNamed, stageTitle, webSource, BuildArguments, ContainedFolder, SourceTree,
  type CopyInstruction, type CopyOrder, type CopyTarget, type FoundSources, type LayerEntry, type Lookup, type RunInstruction, type Stage, type StepInstruction,
} from '../build/index.ts';
import type { ArchiveLayer } from '../image/index.ts';
import type { BaseImage, BaseImages } from './build-base.ts';
import { BuildDownload } from './build-download.ts';
import { contextOrder, runKey, runStep, scriptPath, secretId, type ResolvedMount, type RunOrder } from './build-run.ts';
import { usualStepNetwork } from './build-network.ts';
import { emptyChain, type BuildChain, type BuildSession } from './build-session.ts';
import { defaultPath } from './linux-containers.ts';
import { signalNumber } from './signals.ts';

export interface StageResult {
  readonly document: ImageDocument;
  readonly chain: BuildChain;
}

/** The stages of a build, each built once and only when something needs it. */
export class BuildStages {
  readonly #session: BuildSession;
  readonly #images: BaseImages;
  readonly #onFailure: (error: unknown) => void;
  readonly #begun = new Map<number, Promise<StageResult>>();

  /** `onFailure` is told of the first thing that goes wrong anywhere, so that the others can be stopped. */
  constructor(session: BuildSession, images: BaseImages, onFailure: (error: unknown) => void) {
    this.#session = session;
    this.#images = images;
    this.#onFailure = onFailure;
  }

  result(stage: Stage): Promise<StageResult> {
    const begun = this.#begun.get(stage.index);
    if (begun !== undefined) return begun;
    const built = new StageBuild(this.#session, this, this.#images, stage).run();
    built.catch((error: unknown) => { this.#onFailure(error); });
    this.#begun.set(stage.index, built);
    return built;
  }

  /** Settles when nothing goes on any more. */
  async atRest(): Promise<void> {
    for (let known = -1; known !== this.#begun.size;) {
      known = this.#begun.size;
      await Promise.allSettled(this.#begun.values());
    }
  }
}

class StageBuild {
  readonly #session: BuildSession;
  readonly #stages: BuildStages;
  readonly #images: BaseImages;
  readonly #stage: Stage;
  /** ARG of this stage so far. */
  readonly #args = new Map<string, string>();
  #document: ImageDocument = ImageDocument.scratch({ os: '', architecture: '' });
  #chain: BuildChain = emptyChain;
  #commandSet = false;
  #title = '';

  constructor(session: BuildSession, stages: BuildStages, images: BaseImages, stage: Stage) {
    this.#session = session;
    this.#stages = stages;
    this.#images = images;
    this.#stage = stage;
  }

  async run(): Promise<StageResult> {
    const { from } = this.#stage;
    const began = await this.#begin();
    const steps = [...parseTriggers(this.#document.triggers, from.line), ...this.#stage.steps];
    this.#document.clearTriggers();
    // What is needed later can be built meanwhile.
    for (const step of steps) for (const name of sourcesOf(step)) this.#buildAhead(name);
    const titleOf = (index: number, source: string): string => `[${stageTitle(this.#stage)} ${index}/${steps.length + 1}] ${source}`;
    await this.#session.begin(titleOf(1, from.source), began.cached);
    for (const [index, step] of steps.entries()) {
      this.#title = titleOf(index + 2, step.source);
      await this.#step(step);
    }
    return { document: this.#document, chain: this.#chain };
  }

  readonly #lookup: Lookup = (name) => this.#document.environment.get(name) ?? this.#args.get(name) ?? (name === 'PATH' ? defaultPath : undefined);

  #expand(word: string, line: number): string { return expandWord(word, { lookup: this.#lookup, escape: this.#session.file.escape, line }); }

  async #begin(): Promise<{ readonly cached: boolean }> {
    const { from, index } = this.#stage;
    const { file, args } = this.#session;
    const options = { lookup: args.globalLookup, escape: file.escape, line: from.line };
    const name = expandWord(from.image, options);
    if (name === '') throw dockerfileInvalid(from.line, `'${from.image}' expands to nothing`);
    const platform = from.platform === undefined ? undefined : expandWord(from.platform, options) || undefined;
    // Only names count here: a number would be an image.
    const earlier = /^\d+$/.test(name) ? undefined : stageNamed(file, name, index);
    if (earlier !== undefined) {
      const { document, chain } = await this.#stages.result(earlier);
      this.#document = document.copy();
      this.#chain = chain;
      return { cached: true };
    }
    if (name === 'scratch') {
      const { os, architecture } = this.#session.ports.host;
      this.#document = ImageDocument.scratch({ os, architecture });
      return { cached: true };
    }
    const base = await this.#images.find(name, platform);
    this.#document = base.document.copy();
    this.#chain = base.chain;
    return { cached: !base.pulled };
  }

  #buildAhead(name: string): void {
    const stage = stageNamed(this.#session.file, name, this.#stage.index);
    // Its failure is told where its result is asked for.
    if (stage !== undefined) this.#stages.result(stage).catch(() => undefined);
  }

  /** A stage or image that something is taken from. */
  async #source(name: string): Promise<BuildChain> {
    const stage = stageNamed(this.#session.file, name, this.#stage.index);
    if (stage !== undefined) return (await this.#stages.result(stage)).chain;
    if (name.toLowerCase() === this.#stage.from.name) throw dockerfileInvalid(this.#stage.from.line, `stage '${name}' takes from itself`);
    const base: BaseImage = await this.#images.find(name, undefined);
    return base.chain;
  }

  async #step(step: StepInstruction): Promise<void> {
    switch (step.kind) {
      case 'run': return this.#run(step);
      case 'copy':
      case 'add': return this.#copy(step);
      case 'workdir': return this.#workdir(step.line, step.source, this.#expand(step.word, step.line));
      default: return this.#configure(step);
    }
  }

  /** Everything that changes the configuration alone. */
  async #configure(step: Exclude<StepInstruction, { readonly kind: 'run' | 'copy' | 'add' | 'workdir' }>): Promise<void> {
    const document = this.#document;
    const { line } = step;
    let extra: unknown = null;
    switch (step.kind) {
      case 'arg':
        for (const item of step.items) {
          const value = this.#session.args.declare(item, this.#lookup, line);
          if (value === undefined) this.#args.delete(item.name);
          else this.#args.set(item.name, value);
        }
        extra = [...this.#args];
        break;
      case 'env': document.setEnvironment(step.pairs.map(({ name, word }) => ({ name: this.#expand(name, line), value: this.#expand(word, line) }))); break;
      case 'label': document.setLabels(step.pairs.map(({ name, word }) => ({ name: this.#expand(name, line), value: this.#expand(word, line) }))); break;
      case 'user': document.setUser(this.#nonEmpty(this.#expand(step.word, line), line)); break;
      case 'stopsignal': document.setStopSignal(stopSignal(this.#expand(step.word, line), line)); break;
      case 'maintainer': document.setAuthor(step.word); break;
      case 'expose': document.addPorts(parsePorts(step.words.flatMap((word) => expandWords(word, { lookup: this.#lookup, escape: this.#session.file.escape, line })), line)); break;
      case 'volume': document.addVolumes(step.words.map((word) => this.#nonEmpty(this.#expand(word, line), line))); break;
      case 'cmd':
        document.setCommand(step.command);
        this.#commandSet = true;
        break;
      case 'entrypoint': document.setEntrypoint(step.command, this.#commandSet); break;
      case 'shell': document.setShell(step.shell); break;
      case 'healthcheck': document.setHealthcheck(step.check); break;
      case 'onbuild': document.addTrigger(step.trigger); break;
    }
    const key = cacheKey('config', this.#chain.chainId ?? '', step.kind, document.identity, extra);
    const cached = (await this.#session.cached(key)) !== undefined;
    await this.#session.begin(this.#title, cached);
    if (!cached) this.#session.rememberConfig(key);
    document.record(step.source, undefined);
  }

  #nonEmpty(value: string, line: number): string {
    if (value === '') throw dockerfileInvalid(line, 'its argument expands to nothing');
    return value;
  }

  async #workdir(line: number, source: string, word: string): Promise<void> {
    const path = posix.resolve('/', this.#document.workingDirectory, this.#nonEmpty(word, line));
    const { user } = this.#document;
    await this.#layerStep(source, [cacheKey('workdir', this.#chain.chainId ?? '', path, user)], () => this.#fromEntries(async (folder) => {
      const owner = user === '' ? undefined : await findOwner(folder, user);
      return planFolder(path, line, { root: folder, owner, mode: undefined, times: this.#session.times, signal: this.#session.signal });
    }));
    this.#document.setWorkingDirectory(path);
  }

  /** Takes a step's layer from the cache, under one of the keys, or has it made and remembers it under all of them. */
  async #layerStep(source: string, keys: readonly string[], make: () => Promise<ArchiveLayer | undefined>, createdBy = source): Promise<void> {
    const session = this.#session;
    for (const key of keys) {
      const entry = await session.cached(key);
      if (entry === undefined) continue;
      await session.begin(this.#title, true);
      // Of several keys the others may be new.
      await this.#stack(entry.layer, keys.length === 1 ? [] : keys, entry.createdAt, createdBy);
      return;
    }
    await session.begin(this.#title, false);
    const { layer, createdAt } = await session.inTurn(async () => {
      const made = await make();
      return { layer: made, createdAt: session.epoch === undefined ? session.ports.clock.now() : new Date(session.epoch * 1000) };
    });
    await this.#stack(layer, keys, createdAt, createdBy);
  }

  async #stack(layer: ArchiveLayer | undefined, keys: readonly string[], createdAt: Date, createdBy: string): Promise<void> {
    const before = this.#chain;
    if (layer !== undefined || keys.length > 0) this.#chain = await this.#session.stack(before, layer, keys, createdAt);
    this.#document.record(createdBy, layer === undefined ? undefined : { diffId: layer.diffId, createdAt });
  }

  /** Packs entries that are planned with the root so far in sight. */
  #fromEntries(plan: (folder: ContainedFolder) => Promise<AsyncIterable<LayerEntry>>): Promise<ArchiveLayer | undefined> {
    const session = this.#session;
    return session.withRoot(this.#chain.keys, 'none', async ({ folder }) => {
      let entries = 0;
      const counted = async function* (planned: AsyncIterable<LayerEntry>): AsyncGenerator<LayerEntry> {
        for await (const entry of planned) {
          entries += 1;
          yield entry;
        }
      };
      return session.pack(layerTar(counted(await plan(folder))), () => entries > 0);
    });
  }

  async #copy(step: CopyInstruction): Promise<void> {
    const { line, from } = step;
    const destination = this.#expand(step.destination, line);
    if (destination === '') throw dockerfileInvalid(line, 'the destination expands to nothing');
    const sources = step.sources.map((source) => this.#expand(source, line));
    const web = sources.map((source) => (step.kind === 'add' ? webSource(source, line) : undefined));
    const remote = step.kind === 'copy' ? sources.find((source) => /^(?:https?|git|ssh):\/\/|^git@/i.test(source)) : undefined;
    if (remote !== undefined) throw dockerfileInvalid(line, `COPY takes no address ('${remote}')`);
    const fetches = web.some((source) => source !== undefined);
    const checksum = step.checksum === undefined ? undefined : this.#expand(step.checksum, line);
    if (checksum !== undefined && !isDigest(checksum)) throw dockerfileInvalid(line, `'${checksum}' is no checksum, which is written sha256: and 64 lower-case hex digits`);
    if (checksum !== undefined && (!fetches || sources.length > 1)) throw dockerfileInvalid(line, '--checksum is for one address');
    const folder = /(?:^|\/)\.{0,2}$/.test(destination);
    if (sources.length + step.heredocs.length > 1 && !folder) throw dockerfileInvalid(line, 'with several sources the destination is a folder, and ends with a slash');
    const escape = { lookup: this.#lookup, escape: this.#session.file.escape, line };
    const order: Omit<CopyOrder, 'tree'> = {
      line, sources,
      documents: step.heredocs.map(({ name, content, expand }) => ({ name, content: expand ? expandText(content, escape) : content })),
      destination: `${posix.resolve('/', this.#document.workingDirectory, destination).replace(/\/$/, '')}${folder ? '/' : ''}` || '/',
      keepOwners: from !== undefined,
      keepParents: step.keepParents,
      excludes: IgnorePatterns.parse(step.excludes.map((pattern) => this.#expand(pattern, line)).join('\n'), (_, pattern) => { throw dockerfileInvalid(line, `'${pattern}' is no pattern`); }),
      unpack: step.kind === 'add' && from === undefined && step.unpack !== false,
    };
    const chown = step.chown === undefined ? undefined : this.#expand(step.chown, line);
    const chmod = step.chmod === undefined ? undefined : this.#expand(step.chmod, line);
    const mode = chmod === undefined ? undefined : parseMode(chmod, line);
    const keyOf = (digest: string): string => cacheKey('copy', this.#chain.chainId ?? '', order.destination, chown ?? null, chmod ?? null, order.keepOwners, order.unpack, this.#session.epoch ?? null, digest);
    const make = (tree: SourceTree, found: FoundSources): Promise<ArchiveLayer | undefined> => this.#fromEntries(async (root) => {
      const target: CopyTarget = { root, owner: chown === undefined ? undefined : await findOwner(root, chown), mode, times: this.#session.times, signal: this.#session.signal };
      return planCopy({ ...order, tree }, found, target);
    });
    if (from === undefined) {
      const tree = this.#session.context;
      const placed = (files: CopyOrder['sources']): Promise<FoundSources> => findSources({ ...order, tree, sources: files }, this.#session.digests, this.#session.signal);
      if (fetches) {
        const download = new BuildDownload(this.#session, sources.map((source, index) => web[index] ?? source), { checksum, unpack: step.unpack === true });
        try {
          const early: string[] = [];
          for (const known of [() => download.promised(), () => download.announced()]) {
            const files = await known();
            if (files === undefined) continue;
            const key = keyOf((await placed(files)).digest);
            if ((await this.#session.cached(key)) !== undefined) return await this.#layerStep(step.source, [key], () => Promise.resolve(undefined));
            early.push(key);
          }
          const found = await placed(await download.fetched());
          await this.#layerStep(step.source, [keyOf(found.digest), ...early], () => make(tree, found));
        } finally {
          await download.close();
        }
        return;
      }
      const found = await placed(sources);
      await this.#layerStep(step.source, [keyOf(found.digest)], () => make(tree, found));
      return;
    }
    const chain = await this.#source(this.#expand(from, line));
    // The same layers hold the same files: then nothing need be mounted to know it.
    const quick = keyOf(JSON.stringify([chain.chainId ?? '', sources, step.excludes, order.keepParents]));
    if ((await this.#session.cached(quick)) !== undefined) {
      await this.#layerStep(step.source, [quick], () => Promise.resolve(undefined));
      return;
    }
    await this.#session.withRoot(chain.keys, 'none', async (root) => {
      const tree = new SourceTree(root.folder);
      const found = await findSources({ ...order, tree }, this.#session.digests, this.#session.signal);
      await this.#layerStep(step.source, [keyOf(found.digest), quick], () => make(tree, found));
    });
  }

  async #run(step: RunInstruction): Promise<void> {
    const { host } = this.#session.ports;
    const document = this.#document;
    if (document.platform.architecture !== host.architecture || document.platform.os !== host.os) {
      throw new SiloError('ImagePlatformMismatch', { args: { reference: this.#stage.from.image, imagePlatform: formatPlatform(document.platform), hostPlatform: `${host.os}/${host.architecture}` } });
    }
    const variables = new Map([['PATH', defaultPath], ...[...this.#args].filter(([name]) => !BuildArguments.isProxy(name)), ...document.environment]);
    const given = new Map(this.#session.args.proxies.map(({ name, value }) => [name, value]));
    const script = step.script?.content;
    const order: RunOrder = {
      step,
      title: this.#title,
      args: script === undefined ? document.commandLine(step.command) : [scriptPath],
      script,
      environment: [...variables],
      proxies: [...given].filter(([name]) => !variables.has(name)),
      workingDirectory: document.workingDirectory,
      user: document.user,
      network: step.network === 'default' ? usualStepNetwork(this.#session.ports) : step.network ?? this.#session.network,
      mounts: await this.#mounts(step),
    };
    const createdBy = `RUN ${(script === undefined ? order.args : [script]).join(' ')}`;
    await this.#layerStep(step.source, [runKey(this.#chain, `${document.platform.os}/${document.platform.architecture}/${this.#session.epoch ?? ''}`, order)], () => runStep(this.#session, this.#chain, order), createdBy);
  }

  async #mounts(step: RunInstruction): Promise<readonly ResolvedMount[]> {
    const resolved: ResolvedMount[] = [];
    for (const mount of step.mounts) {
      const expand = (text: string): string => this.#expand(text, step.line);
      const asked = mount.target === undefined ? `/run/secrets/${secretId(mount)}` : expand(mount.target);
      const target = posix.resolve('/', this.#document.workingDirectory, asked);
      if (target === '/') throw dockerfileInvalid(step.line, '--mount: the target is the root');
      const source = mount.source === undefined ? '' : expand(mount.source);
      const common = { mount: { ...mount, id: mount.id === undefined ? undefined : expand(mount.id) }, target, source };
      if (mount.type !== 'bind') resolved.push({ ...common, chain: undefined, order: undefined, digest: '' });
      else if (mount.from !== undefined) resolved.push({ ...common, chain: await this.#source(mount.from), order: undefined, digest: '' });
      else {
        const order = contextOrder(this.#session, step.line, source === '' ? '.' : source);
        resolved.push({ ...common, chain: undefined, order, digest: (await findSources(order, this.#session.digests, this.#session.signal)).digest });
      }
    }
    return resolved;
  }
}

const stopSignal = (text: string, line: number): string => {
  try {
    signalNumber(text);
  } catch (cause) {
    throw dockerfileInvalid(line, `'${text}' is no signal`, cause);
  }
  return text;
};
