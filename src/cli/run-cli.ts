import yargs from 'yargs';
import { dscKinds, type DscKind } from '../contract/index.ts';
import type { BundleRuntime, JoinProcess } from '../core/index.ts';
import { attachCommand } from './attach-command.ts';
import { addBundleCommands, protectCommand } from './bundle-commands.ts';
import { callCommand } from './call-command.ts';
import { exitCodes, type CommandContext } from './command-context.ts';
import { dscCommand, dscOperations } from './dsc-command.ts';
import { engineCommand } from './engine-command.ts';
import { sessionCommand } from './session-command.ts';
import { superviseCommand } from './supervise-command.ts';

/** Reads the command line and runs the command; the answer is the exit code. */
export const runCli = async (args: readonly string[], context: (stateRoot?: string) => CommandContext, join: JoinProcess, bundles: () => BundleRuntime, version: string): Promise<number> => {
  let exitCode: number = exitCodes.done;
  // Whoever reads the output may stop reading (`silo call … | head`).
  process.stdout.on('error', () => { process.exit(exitCodes.done); });
  const cli = yargs([...protectCommand(args)])
    .scriptName('silo')
    .parserConfiguration({ 'populate--': true, 'parse-positional-numbers': false, 'strip-aliased': true })
    .usage('$0 <command>\n\nManages containers. PowerShell users import the module Silo instead.')
    .command('engine', 'serve JSON-RPC on standard input and output', (command) => command, async () => { exitCode = await engineCommand(context()); })
    .command('call <method> [json]', 'make one request and print its result', (command) =>
      command.positional('method', { type: 'string', demandOption: true, describe: 'method, for example container/list' }).positional('json', { type: 'string', describe: 'parameters as a JSON object' }),
    async ({ method, json }) => { exitCode = await callCommand(context(), method, json); })
    .command('attach <container>', 'join this terminal to a running container (Ctrl+P Ctrl+Q leaves it)', (command) =>
      command.positional('container', { type: 'string', demandOption: true, describe: 'name or id' }),
    async ({ container }) => { exitCode = await attachCommand(context(), join, container); })
    .command('session <container>', 'start a process with this terminal in a running container: its shell, or what follows --', (command) =>
      command.positional('container', { type: 'string', demandOption: true, describe: 'name or id' })
        .option('user', { type: 'string', describe: 'user[:group]' })
        .option('working-directory', { type: 'string', describe: 'absolute path in the container' })
        .option('environment', { type: 'string', array: true, nargs: 1, default: [], describe: 'NAME=value' }),
    async (argv) => {
      const command = ((argv as { readonly '--'?: readonly string[] })['--'] ?? []).map(String);
      exitCode = await sessionCommand(context(), join, { container: argv.container, command, user: argv.user, workingDirectory: argv['working-directory'], environment: argv.environment });
    })
    .command('dsc <operation> <resource>', 'one operation of Desired State Configuration 3: the instance comes on standard input as JSON', (command) =>
      command.positional('operation', { choices: dscOperations, demandOption: true, describe: 'operation' })
        .positional('resource', { choices: Object.keys(dscKinds) as DscKind[], demandOption: true, describe: 'resource' })
        .option('what-if', { type: 'boolean', default: false, describe: 'tell what would be done' }),
    async ({ operation, resource, 'what-if': whatIf }) => { exitCode = await dscCommand(context(), operation, resource, whatIf); })
    .command('supervise', 'look after containers while no engine runs (started by the engine)', (command) =>
      command.option('state-root', { type: 'string', describe: 'the state root, where SILO_ROOT cannot be set' })
        .option('service', { type: 'boolean', default: false, describe: 'go on while there is nothing to do, as a service of the system does' }),
    async ({ stateRoot, service }) => { exitCode = await superviseCommand(context(stateRoot), service); });
  await addBundleCommands(cli, bundles, (code) => { exitCode = code; })
    .demandCommand(1, 'Name a command.')
    .strict()
    .version(version)
    .help()
    .parseAsync();
  return exitCode;
};
