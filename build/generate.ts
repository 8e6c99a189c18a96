/**
 * Writes what is made from the contract: `src/contract/openrpc.json`, the table by which the PowerShell
 * module reads the wire, the manifests of its resources for dsc, and the English text of every error; and from the
 * comments of the module's functions the help in every language. `--check` writes nothing and fails where a file has drifted.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import packageJson from '../package.json' with { type: 'json' };
import { errorClasses } from '../src/base/error-classes.ts';
import { errorTable } from '../src/base/error-table.ts';
import { methods } from '../src/contract/methods.ts';
import type { MethodDefinition } from '../src/contract/method.ts';
import { dscManifestList } from '../src/contract/dsc-manifest.ts';
import { openRpcDocument } from '../src/contract/open-rpc.ts';
import { batchBytes, batchLines, maximumFrameBytes, protocolVersion, streamWindowBytes } from '../src/contract/protocol.ts';
import { timeFields } from '../src/contract/time-fields.ts';
import { applicationTopic } from './help/application-topic.ts';
import { errorTopic } from './help/error-topic.ts';
import { makeHelp, staleHelp } from './help/make-help.ts';
import { declareHostConnection } from './module/declare-host-connection.ts';

const root = join(import.meta.dirname, '..');

interface Node {
  readonly format?: string;
  readonly properties?: Record<string, Node>;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
}

/** Names of the fields of a schema, in the order in which they stand in it. */
const fieldNames = (schema: unknown, keep: (node: Node) => boolean = () => true): string[] => {
  const found = new Set<string>();
  const visit = (node: Node | undefined, name: string): void => {
    if (node === undefined) return;
    if (name !== '' && keep(node)) found.add(name);
    for (const [key, value] of Object.entries(node.properties ?? {})) visit(value, key);
    visit(node.items, '');
    for (const option of node.anyOf ?? []) visit(option, name);
  };
  visit(schema as Node | undefined, '');
  return [...found];
};

const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const list = (names: readonly string[]): string => `@(${names.map(quote).join(', ')})`;
const flag = (value: boolean): string => (value ? '$true' : '$false');
const heading = (what: string): string => `# Made by build/generate.ts from ${what}; changes made here are lost.\n`;

const contractTable = (): string => {
  const isTime = (node: Node): boolean => node.format === 'date-time';
  const rows = Object.entries(methods as Record<string, MethodDefinition>).map(([name, method]) => {
    const records = [method.result, ...(method.streams === undefined ? [] : [method.streams])];
    const fields = [...new Set(records.flatMap((schema) => fieldNames(schema)))];
    const takes = (parameter: string): boolean => parameter in ((method.params as Node).properties ?? {});
    return `        ${quote(name)} = @{
            ReadOnly = ${flag(method.readOnly)}; Stream = ${flag(method.streams !== undefined)}; Progress = ${flag(takes('progressToken'))}; Credential = ${flag(takes('credential'))}
            Times = ${list(fieldNames(method.result, isTime))}; ItemTimes = ${list(fieldNames(method.streams, isTime))}
            Fields = ${list(fields)}
        }`;
  });
  const classes = Object.entries(errorClasses).map(([name, { rpcCode, category }]) => `        ${quote(name)} = @{ RpcCode = ${rpcCode}; Category = ${quote(category)} }`);
  const codes = Object.entries(errorTable).map(([code, row]) => `        ${quote(code)} = ${quote(row.class)}`);
  return `${heading('the wire contract')}@{
    ProtocolVersion = ${protocolVersion}
    StreamWindowBytes = ${streamWindowBytes}
    MaximumFrameBytes = ${maximumFrameBytes}
    BatchLines = ${batchLines}
    BatchBytes = ${batchBytes}
    TimeFields = ${list(timeFields())}
    Methods = @{
${rows.join('\n')}
    }
    ErrorClasses = @{
${classes.join('\n')}
    }
    ErrorCodes = @{
${codes.join('\n')}
    }
}
`;
};

const errorTexts = (): string => {
  const rows = Object.entries(errorTable).map(([code, { message, action }]) => `    ${quote(code)} = @{
        Message = ${quote(message)}
        Action = ${quote(action)}
    }`);
  return `${heading('the error table')}@{\n${rows.join('\n')}\n}\n`;
};

const files: Record<string, () => string> = {
  'src/contract/openrpc.json': () => `${JSON.stringify(openRpcDocument(), null, 2)}\n`,
  'module/Silo/Contract.psd1': contractTable,
  'module/Silo/silo.dsc.manifests.json': () => `${JSON.stringify(dscManifestList(packageJson.version), null, 2)}\n`,
  'module/Silo/en-US/Errors.psd1': errorTexts,
  'module/Silo/en-US/about_Silo_Errors.help.txt': () => errorTopic('en-US'),
  'module/Silo/ko-KR/about_Silo_Errors.help.txt': () => errorTopic('ko-KR'),
  'module/Silo/en-US/about_Silo_Applications.help.txt': () => applicationTopic('en-US'),
  'module/Silo/ko-KR/about_Silo_Applications.help.txt': () => applicationTopic('ko-KR'),
};

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8').replaceAll('\r\n', '\n');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

const checkOnly = process.argv.includes('--check');
let drifted = 0;
for (const [name, make] of Object.entries(files)) {
  const path = join(root, name);
  const wanted = make();
  if (read(path) === wanted) continue;
  if (checkOnly) {
    drifted += 1;
    console.error(`${relative(root, path)} has drifted from the contract: run node build/generate.ts`);
  } else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, wanted);
    console.log(`wrote ${relative(root, path)}`);
  }
}
const lacking = declareHostConnection(checkOnly);
for (const path of lacking) console.log(checkOnly ? `${relative(root, path)} lacks -HostConnection: run node build/generate.ts` : `declared -HostConnection in ${relative(root, path)}`);
if (checkOnly) drifted += lacking.length;
const stale = staleHelp();
if (checkOnly) {
  drifted += stale.length;
  for (const path of stale) console.error(`${relative(root, path)} has drifted from the comments of the functions or from module/help: run node build/generate.ts`);
} else if (stale.length > 0) {
  for (const line of makeHelp()) console.log(line);
}
process.exitCode = drifted > 0 ? 1 : 0;
