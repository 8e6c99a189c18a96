import { describe, expect, it } from 'vitest';
import { runcMessage, startFailure } from '../../../src/runtime/runc/runc-command.ts';

const logged = (message: string): string => `time="2026-11-22T04:00:00Z" level=error msg="${message}"\n`;

describe('what runc says', () => {
  it.each([
    [logged('container does not exist'), 'container does not exist'],
    [`${logged('first')}${logged('exec: \\"x\\": not found')}`, 'exec: "x": not found'],
    ['plain text\n\n', 'plain text'],
    ['', 'no message'],
    ['\n \n', 'no message'],
  ])('is told without time and level: %j', (text, message) => { expect(runcMessage(text)).toBe(message); });

  it.each([
    ['runc create failed: unable to start container process: exec: \\"nope\\": executable file not found in $PATH', "it is not on the container's PATH"],
    ['unable to start container process: exec: \\"/nope\\": stat /nope: no such file or directory', 'there is no such file (or its interpreter is missing)'],
    ['unable to start container process: exec: \\"/etc/passwd\\": permission denied', 'it is not executable'],
    ['unable to start container process: exec: \\"/etc\\": is a directory', 'it is a folder'],
    ['exec /bin/arm: exec format error', 'it is made for another kind of processor, or is no program'],
    ['chdir to cwd (\\"/nope\\") set in config.json failed: no such file or directory', 'the working folder cannot be entered'],
  ])('becomes a reason where a command cannot be run: %s', (text, reason) => {
    expect(startFailure(logged(text), '/the/command', 1)).toMatchObject({ code: 'ExecutableNotFound', args: { command: '/the/command', reason }, native: { exitCode: 1 } });
  });

  it('stays as it is where nothing is known of it', () => {
    expect(startFailure(logged('cgroup: something new'), 'x')).toMatchObject({ code: 'RuntimeFailed', args: { runtime: 'runc', reason: 'cgroup: something new' }, native: undefined });
  });
});
