import { readFile, readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CriLogReader } from '../../src/store/index.ts';
import type { SiloError } from '../../src/base/index.ts';
import type { ExecSpec, JoinProcess, Runtime, TaskSpec } from '../../src/core/index.ts';
import { shellProgram, type Step, type TaskProgram } from '../fixtures/task-program.ts';

/** What the suite needs of an implementation and its host. */
export interface RuntimeFixture {
  readonly runtime: Runtime;
  /** The same tasks seen by another engine. */
  readonly another: Runtime;
  /** What takes the steps of a test in the host's containers. */
  readonly program: TaskProgram;
  /** Why its containers have no users, groups and shell of POSIX; undefined where they have. */
  readonly whyNoPosix: string | undefined;
  /** The exit code of a task that SIGKILL ended. */
  readonly killedExitCode: number;
  /** A task of a root file system that has the program. */
  task(process: Partial<TaskSpec['process']>, other?: Partial<Omit<TaskSpec, 'process'>>): Promise<TaskSpec>;
  exec(task: TaskSpec, process: Partial<TaskSpec['process']>): Promise<ExecSpec>;
  /** When it shows that a command or user is not there: a runtime that has no process before the start can't tell earlier. */
  readonly findsCommandsAt: 'create' | 'start';
  /** Whether this host really ends what takes more memory than it may. */
  readonly limitsMemory: boolean;
  /** How many times as long as on the host's own processors things may take; 1 where undefined. */
  readonly patience?: number;
  /** Joins a process that was started to be joined. */
  readonly join: JoinProcess;
  /** A network namespace for tasks, and how a pair of links comes into it and goes; undefined where tasks have no such thing. */
  readonly links?: { readonly namespacePath: string; add(one: string, other: string): void; remove(one: string): void };
  /** Ends the process that keeps the task's output and exit; undefined where there is none. */
  killMonitor: ((id: string) => Promise<void>) | undefined;
  /** What of the task the host still has: processes, cgroups, folders, mounts. */
  leftovers(id: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

const sigterm = 15;
const sigkill = 9;
/** For what only POSIX has. */
const shell = (script: string): { args: readonly string[] } => ({ args: ['/bin/sh', '-c', script] });

/** What shells of POSIX say where no fixture says otherwise. */
export const posixTasks: Pick<RuntimeFixture, 'program' | 'whyNoPosix' | 'killedExitCode'> = { program: shellProgram, whyNoPosix: undefined, killedExitCode: 128 + sigkill };

/** The contract of `Runtime` (src/core/runtime.ts), as every implementation must keep it. */
export const runtimeSuite = (name: string, make: () => Promise<RuntimeFixture>): void => {
  describe(`Runtime: ${name}`, () => {
    let host: RuntimeFixture;
    beforeAll(async () => { host = await make(); });
    afterAll(async () => { await host?.close(); });

    const steps = (...taken: readonly Step[]): { readonly args: readonly string[] } => host.program(taken);
    const started = async (...task: Parameters<RuntimeFixture['task']>): Promise<TaskSpec> => {
      const spec = await host.task(...task);
      await host.runtime.create(spec);
      await host.runtime.start(spec.id);
      return spec;
    };
    /** Up to where commands and users are found, or not. */
    const tryOut = async (spec: TaskSpec): Promise<void> => {
      await host.runtime.create(spec);
      if (host.findsCommandsAt === 'start') await host.runtime.start(spec.id);
    };
    const lines = async (path: string): Promise<readonly string[]> => (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');
    /** A loaded host may take its time until a task has come so far. */
    const within = (milliseconds: number): { readonly timeout: number } => ({ timeout: milliseconds * (host.patience ?? 1) });
    const says = (spec: TaskSpec, word: string): Promise<void> => expect.poll(() => readFile(spec.logPath, 'utf8').catch(() => ''), within(10_000)).toContain(word);
    const code = async (attempt: Promise<unknown>): Promise<string> => attempt.then(() => 'no error', (error: SiloError) => error.code);

    it('runs nothing of a created task until it is started', async () => {
      const spec = await host.task(steps(['print', 'ran']));
      await host.runtime.create(spec);
      expect((await host.runtime.status(spec.id)).state).toBe('created');
      expect(await readFile(spec.logPath, 'utf8').catch(() => '')).toBe('');
      await host.runtime.start(spec.id);
      expect((await host.runtime.wait(spec.id)).exitCode).toBe(0);
      expect(await lines(spec.logPath)).toEqual([expect.stringMatching(/ stdout F ran$/)]);
      await host.runtime.delete(spec.id);
    });

    it('tells the exit code, and tells it again to another engine', async () => {
      const spec = await started(steps(['exit', 7]));
      const exit = await host.runtime.wait(spec.id);
      expect(exit).toMatchObject({ exitCode: 7, oomKilled: false, reason: 'Exited' });
      expect(Math.abs(exit.exitedAt.getTime() - Date.now())).toBeLessThan(10_000);
      expect(await host.another.exit(spec.id)).toMatchObject({ exitCode: 7 });
      expect((await host.another.status(spec.id)).state).toBe('stopped');
      await host.another.delete(spec.id);
    });

    it('keeps stdout and stderr apart in the log', async () => {
      const spec = await started(steps(['print', 'out'], ['printError', 'err']));
      await host.runtime.wait(spec.id);
      expect((await lines(spec.logPath)).map((line) => line.split(' ').slice(1).join(' ')).sort()).toEqual(['stderr F err', 'stdout F out']);
      await host.runtime.delete(spec.id);
    });

    it('ends a task by a signal with 128 and its number', async () => {
      const spec = await started(steps(['exitWhenTold', 3], ['print', 'up'], ['idle']));
      await says(spec, 'up');
      await host.another.kill(spec.id, sigterm);
      expect((await host.runtime.wait(spec.id)).exitCode).toBe(3);
      await host.runtime.delete(spec.id);
      const other = await started(steps(['sleep', 100]));
      await host.runtime.kill(other.id, sigkill);
      expect((await host.runtime.wait(other.id)).exitCode).toBe(host.killedExitCode);
      await host.runtime.delete(other.id);
    });

    it('freezes and thaws a task', async () => {
      const spec = await started(steps(['sleep', 100]));
      expect((await host.runtime.status(spec.id)).state).toBe('running');
      await host.runtime.pause(spec.id);
      expect((await host.another.status(spec.id)).state).toBe('paused');
      await host.runtime.resume(spec.id);
      expect((await host.runtime.status(spec.id)).state).toBe('running');
      await host.runtime.delete(spec.id);
      expect(await host.leftovers(spec.id)).toEqual([]);
    });

    it('has no state for a task that is not there, and ends or deletes it without an error', async () => {
      const id = 'f'.repeat(64);
      expect(await host.runtime.status(id)).toMatchObject({ state: 'missing' });
      expect(await host.runtime.exit(id)).toBeUndefined();
      await host.runtime.kill(id, sigkill);
      await host.runtime.delete(id);
    });

    it('waits no longer for a task that somebody else takes away', async () => {
      const spec = await started(steps(['sleep', 100]));
      const waiting = host.runtime.wait(spec.id, AbortSignal.timeout(20_000));
      await host.another.delete(spec.id);
      expect(await waiting).toMatchObject({ reason: expect.stringMatching(/Exited|MonitorLost/) as string });
    });

    it('stops waiting when it is cancelled, and leaves the task alone', async () => {
      const spec = await started(steps(['sleep', 100]));
      expect(await code(host.runtime.wait(spec.id, AbortSignal.timeout(50)))).toBe('OperationCancelled');
      expect((await host.runtime.status(spec.id)).state).toBe('running');
      await host.runtime.delete(spec.id);
    });

    it('deletes a running task with every process in it, and leaves only its log', async () => {
      const spec = await started(steps(['beginSleep', 100], ['beginSleep', 100], ['print', 'up'], ['waitForOthers']));
      await says(spec, 'up');
      await host.runtime.delete(spec.id);
      expect(await host.leftovers(spec.id)).toEqual([]);
      expect(await lines(spec.logPath)).toEqual([expect.stringMatching(/ stdout F up$/)]);
      expect(await host.runtime.list()).not.toContain(spec.id);
    });

    it('says which command cannot be run, and leaves nothing of the task', async () => {
      const spec = await host.task({ args: ['no-such-command'] });
      expect(await code(tryOut(spec))).toBe('ExecutableNotFound');
      // What was created is there until it is deleted; a failed create leaves nothing.
      if (host.findsCommandsAt === 'start') await host.runtime.delete(spec.id);
      expect(await host.leftovers(spec.id)).toEqual([]);
    });

    it('says which user the image does not have', async () => {
      const spec = await host.task({ ...steps(['exit', 0]), user: 'nobody-here' });
      expect(await code(tryOut(spec))).toBe('UserNotFound');
      if (host.findsCommandsAt === 'start') await host.runtime.delete(spec.id);
    });

    it("resolves users and groups by the image's own files", async ({ skip }) => {
      if (host.whyNoPosix !== undefined) return skip(host.whyNoPosix);
      const spec = await started({ ...shell('id -u; id -g; id -G'), user: 'web' });
      await host.runtime.wait(spec.id);
      expect((await lines(spec.logPath)).map((line) => line.split(' ')[3])).toEqual(['100', '101', '101']);
      await host.runtime.delete(spec.id);
    });

    it('gives arguments and environment exactly as they are', async () => {
      const awkward = ['', ' ', '"', "'", '\\', '$HOME', 'ä€𝄞', 'a\nb', '--', '*'];
      const spec = await started({ ...host.program([['printArguments'], ['printVariable', 'ODD']], awkward), env: ['PATH=/bin', 'ODD= x="y" $z '] });
      await host.runtime.wait(spec.id);
      // A piece that was read without a line's end is tagged P.
      const text = (await lines(spec.logPath)).map((line) => line.split(' ')).map(([, , tag, ...words]) => `${words.join(' ')}${tag === 'P' ? '' : '\n'}`).join('');
      expect(text).toBe(`${awkward.map((argument) => `[${argument}]`).join('')}\n x="y" $z \n`);
      await host.runtime.delete(spec.id);
    });

    it('remembers that the kernel ended a task for want of memory', async ({ skip }) => {
      if (!host.limitsMemory) return skip('this host does not hold tasks to their memory');
      const spec = await started(shell('x=; while :; do x="$x$x aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"; done'), { resources: { memoryBytes: 16 * 1024 * 1024 } });
      expect(await host.runtime.wait(spec.id)).toMatchObject({ exitCode: 128 + sigkill, oomKilled: true });
      await host.runtime.delete(spec.id);
    });

    it('measures what a task uses, and nothing of one that has ended', async () => {
      const spec = await started(steps(['work'], ['print', 'up'], ['sleep', 100]));
      await says(spec, 'up');
      const first = await host.runtime.statistics(spec.id);
      expect(first).toMatchObject({ processCount: expect.any(Number) as number });
      expect(first?.cpuMicroseconds).toBeGreaterThan(0);
      expect(first?.memoryBytes).toBeGreaterThan(0);
      expect((await host.another.statistics(spec.id))?.cpuMicroseconds).toBeGreaterThanOrEqual(first?.cpuMicroseconds ?? 0);
      await host.runtime.kill(spec.id, sigkill);
      await host.runtime.wait(spec.id);
      expect(await host.runtime.statistics(spec.id)).toBeUndefined();
      await host.runtime.delete(spec.id);
      expect(await host.runtime.statistics('f'.repeat(64))).toBeUndefined();
    });

    it('changes the limits of a running task that are given, and leaves the others', async () => {
      const spec = await started(steps(['sleep', 100]), { resources: { memoryBytes: 64 * 1024 * 1024 } });
      expect((await host.runtime.statistics(spec.id))?.memoryLimitBytes).toBe(64 * 1024 * 1024);
      await host.another.update(spec.id, { memoryBytes: 128 * 1024 * 1024 });
      expect((await host.runtime.statistics(spec.id))?.memoryLimitBytes).toBe(128 * 1024 * 1024);
      await host.runtime.update(spec.id, { cpuCount: 0.5 });
      expect((await host.runtime.statistics(spec.id))?.memoryLimitBytes).toBe(128 * 1024 * 1024);
      await host.runtime.delete(spec.id);
    });

    it('shows a running task the links that come into its network, and none that has gone', async ({ skip }) => {
      const { links } = host;
      if (links === undefined) return skip('its tasks have no network namespace here');
      const spec = await started(steps(['sleep', 1000]), { networkNamespacePath: links.namespacePath, linksChange: true });
      const seen = async (): Promise<readonly string[]> => {
        const exec = await host.exec(spec, shell('ls /sys/class/net'));
        await (await host.runtime.exec(exec)).exited;
        return (await lines(exec.logPath)).map((line) => line.split(' ').at(-1) ?? '').toSorted();
      };
      expect(await seen()).toEqual(['lo']);
      for (let time = 0; time < 2; time += 1) {
        links.add('late0', 'late1');
        await host.another.refreshNetwork?.(spec.id);
        expect(await seen()).toEqual(['late0', 'late1', 'lo']);
        // Again without a change.
        await host.runtime.refreshNetwork?.(spec.id);
        expect(await seen()).toEqual(['late0', 'late1', 'lo']);
        await host.runtime.pause(spec.id);
        links.remove('late0');
        await host.runtime.refreshNetwork?.(spec.id);
        await host.another.resume(spec.id);
        expect(await seen()).toEqual(['lo']);
      }
      await host.runtime.kill(spec.id, sigkill);
      await host.runtime.wait(spec.id);
      await host.runtime.refreshNetwork?.(spec.id);
      await host.runtime.delete(spec.id);
      await host.runtime.refreshNetwork?.(spec.id);
      expect(await host.leftovers(spec.id)).toEqual([]);
    });

    it('runs a further process with its own output, exit code and input', async () => {
      const spec = await started(steps(['sleep', 100]));
      const exec = await host.exec(spec, steps(['copyInput'], ['printError', 'oops'], ['exit', 5]));
      const { exited } = await host.runtime.exec({ ...exec, stdin: Buffer.from('from outside\n') });
      expect(await exited).toMatchObject({ exitCode: 5 });
      expect((await lines(exec.logPath)).map((line) => line.split(' ').slice(1).join(' ')).sort()).toEqual(['stderr F oops', 'stdout F from outside']);
      expect(await host.another.execExit(spec.id, exec.folder)).toMatchObject({ exitCode: 5 });
      await host.runtime.delete(spec.id);
    });

    it('ends a further process by a signal, from another engine too, and the task runs on', async () => {
      const spec = await started(steps(['sleep', 100]));
      const exec = await host.exec(spec, steps(['exitWhenTold', 4], ['print', 'up'], ['idle']));
      const { exited } = await host.runtime.exec(exec);
      await expect.poll(() => readFile(exec.logPath, 'utf8').catch(() => ''), within(10_000)).toContain('up');
      await host.another.killExec(spec.id, exec.folder, sigterm);
      expect(await exited).toMatchObject({ exitCode: 4 });
      await host.runtime.killExec(spec.id, exec.folder, sigterm);
      expect((await host.runtime.status(spec.id)).state).toBe('running');
      await host.runtime.delete(spec.id);
    });

    it('is joined by a terminal before anything of its output is lost, and keeps it in the log too', async ({ skip }) => {
      if (host.runtime.joinsTerminals !== true) return skip('no terminal can join its processes');
      const spec = await started(steps(['sleep', 100]));
      const exec = await host.exec(spec, { ...steps(['print', 'first'], ['sleep', 0.3], ['print', 'last'], ['exit', 6]), terminal: true });
      const joined = Promise.withResolvers<string>();
      const { exited } = await host.runtime.exec({
        ...exec,
        onJoinable: async () => {
          const process = await host.join(exec.folder);
          process.resize(33, 101);
          (async () => {
            let text = '';
            for await (const { bytes } of process.output) text += Buffer.from(bytes).toString();
            return text;
          })().then(joined.resolve, joined.reject);
        },
      });
      expect(await joined.promise).toMatch(/^first\r*\nlast\r*\n$/);
      expect(await exited).toMatchObject({ exitCode: 6 });
      // What came in two reads is logged as a partial line and its rest (Kubernetes' CRI log format).
      const logged = (await lines(exec.logPath)).map((line) => line.split(' ').slice(2)).map(([tag = '', ...text]) => `${text.join(' ').trim()}${tag === 'P' ? '' : '\n'}`);
      expect(logged.join('')).toBe('first\nlast\n');
      await host.runtime.delete(spec.id);
    });

    it('says which further command cannot be run, and the task runs on', async () => {
      const spec = await started(steps(['sleep', 100]));
      expect(await code(host.runtime.exec(await host.exec(spec, { args: ['no-such-command'] })))).toBe('ExecutableNotFound');
      expect((await host.runtime.status(spec.id)).state).toBe('running');
      await host.runtime.delete(spec.id);
    });

    it('never invents the exit code of a task whose monitor was killed', async ({ skip }) => {
      if (host.killMonitor === undefined) return skip('this runtime has no monitor process');
      const spec = await started(steps(['sleep', 100]));
      await host.killMonitor(spec.id);
      expect(await host.runtime.status(spec.id)).toMatchObject({ state: 'running', monitored: false });
      await host.runtime.kill(spec.id, sigkill);
      expect(await host.runtime.wait(spec.id)).toMatchObject({ exitCode: null, reason: 'MonitorLost' });
      await host.runtime.delete(spec.id);
      expect(await host.leftovers(spec.id)).toEqual([]);
    });

    it('loses no line while its log is turned over', async () => {
      const count = 20_000;
      const spec = await started(steps(['printNumbers', count], ['print', 'done'], ['sleep', 100]));
      for (let turn = 0; turn < 4; turn += 1) {
        await expect.poll(() => readFile(spec.logPath, 'utf8').then((text) => text.length, () => 0), within(10_000)).toBeGreaterThan(0);
        expect(await host.another.rotateLog(spec.id, spec.logPath, 100)).toBe(true);
      }
      const whole = async (): Promise<string> => (await Promise.all(['.4', '.3', '.2', '.1', ''].map((number) => readFile(spec.logPath + number, 'utf8').catch(() => '')))).join('');
      await expect.poll(whole, within(20_000)).toContain(' F done\n');
      // What was cut where a buffer ended is joined by whoever reads.
      const text: string[] = [];
      for await (const batch of new CriLogReader().read(spec.logPath, {})) text.push(...batch.map((line) => line.text));
      expect(text.filter((line) => line.startsWith('line ')).map((line) => Number(line.slice(5)))).toEqual(Array.from({ length: count }, (_, index) => index + 1));
      await host.runtime.delete(spec.id);
    });

    it('loses no line of a further process while its log is turned over, and turns nothing over when that has ended', async () => {
      const count = 10_000;
      const spec = await started(steps(['sleep', 100]));
      const process = await host.exec(spec, steps(['printNumbers', count], ['print', 'done'], ['sleep', 100]));
      const { exited } = await host.runtime.exec(process);
      const turn = (keptFiles: number): Promise<boolean> => host.another.rotateProcessLog(spec.id, process.folder, process.logPath, keptFiles);
      for (let time = 0; time < 3; time += 1) {
        await expect.poll(() => readFile(process.logPath, 'utf8').then((text) => text.length, () => 0), within(10_000)).toBeGreaterThan(0);
        expect(await turn(100)).toBe(true);
      }
      const whole = async (): Promise<string> => (await Promise.all(['.3', '.2', '.1', ''].map((number) => readFile(process.logPath + number, 'utf8').catch(() => '')))).join('');
      await expect.poll(whole, within(20_000)).toContain(' F done\n');
      const text: string[] = [];
      for await (const batch of new CriLogReader().read(process.logPath, {})) text.push(...batch.map((line) => line.text));
      expect(text.filter((line) => line.startsWith('line ')).map((line) => Number(line.slice(5)))).toEqual(Array.from({ length: count }, (_, index) => index + 1));
      // The container's own log is another.
      expect((await readdir(dirname(spec.logPath))).filter((file) => file.startsWith(`${basename(spec.logPath)}.`))).toEqual([]);
      expect(await turn(1)).toBe(true);
      await host.runtime.killExec(spec.id, process.folder, sigkill);
      await exited;
      expect(await turn(1)).toBe(false);
      await host.runtime.delete(spec.id);
    });

    it('keeps as many turned files as it is told, and turns nothing over of a task that has ended', async () => {
      const spec = await started(steps(['printForever', 'tick']));
      for (let turn = 0; turn < 4; turn += 1) {
        await says(spec, 'tick');
        expect(await host.runtime.rotateLog(spec.id, spec.logPath, 2)).toBe(true);
      }
      expect((await readdir(dirname(spec.logPath))).filter((file) => file.startsWith(basename(spec.logPath))).toSorted()).toEqual([basename(spec.logPath), `${basename(spec.logPath)}.1`, `${basename(spec.logPath)}.2`]);
      await host.runtime.kill(spec.id, sigkill);
      await host.runtime.wait(spec.id);
      expect(await host.runtime.rotateLog(spec.id, spec.logPath, 2)).toBe(false);
      await host.runtime.delete(spec.id);
    });

    it('makes tasks in the machine of another, each with its own end, and ends them with that one', async ({ skip }) => {
      if (host.runtime.joinsMachines !== true) return skip('its tasks have no machines that others could join');
      const owner = await started(steps(['sleep', 100]));
      const member = await started(steps(['print', 'beside'], ['sleep', 100]), { machineOf: owner.id });
      await says(member, 'beside');
      const short = await started(steps(['exit', 6]), { machineOf: owner.id });
      expect(await host.runtime.wait(short.id)).toMatchObject({ exitCode: 6, reason: 'Exited' });
      await host.runtime.delete(short.id);
      for (const { id } of [owner, member]) expect((await host.another.status(id)).state).toBe('running');
      await host.runtime.kill(owner.id, sigkill);
      expect(await host.runtime.wait(owner.id)).toMatchObject({ exitCode: host.killedExitCode, reason: 'Exited' });
      expect(await host.runtime.wait(member.id)).toMatchObject({ reason: 'MachineEnded' });
      expect(await code(tryOut(await host.task(steps(['exit', 0]), { machineOf: owner.id })))).toBe('MachineFailed');
      for (const { id } of [member, owner]) await host.runtime.delete(id);
      for (const { id } of [owner, member, short]) expect(await host.leftovers(id)).toEqual([]);
    });

    it('runs a task again after it was deleted', async () => {
      const spec = await started(steps(['exit', 1]));
      expect((await host.runtime.wait(spec.id)).exitCode).toBe(1);
      await host.runtime.delete(spec.id);
      await host.runtime.create(spec);
      await host.runtime.start(spec.id);
      expect((await host.runtime.wait(spec.id)).exitCode).toBe(1);
      await host.runtime.delete(spec.id);
    });

    it('tells what the host lacks, with the command that mends it', async () => {
      for (const requirement of await host.runtime.requirements()) {
        expect(requirement.detail).not.toBe('');
        expect(requirement.satisfied || requirement.remedy !== undefined).toBe(true);
      }
    });
  });
};
