import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const publicRoot = join(import.meta.dirname, '../../module/Silo/Public');

/** Commands that ask no engine, or whose parameters are the connection itself. */
const askNobody: ReadonlySet<string> = new Set(['New-ContainerMount', 'New-ContainerPort', 'Test-ContainerCredentialSpec', 'Enter-ContainerHostConnection', 'Exit-ContainerHostConnection', 'Get-ContainerHostConnection', 'New-ContainerHostConnection', 'Remove-ContainerHostConnection']);

const help = `    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
`;
const declaration = `        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
`;

/** A function's file with the parameter that every command which asks an engine has; the same text where it has it. */
const declare = (path: string, text: string): string => {
  if (text.includes('[psobject] $HostConnection')) return text;
  const example = text.indexOf('    .EXAMPLE\n');
  const documented = example < 0 ? text : `${text.slice(0, example)}${help}${text.slice(example)}`;
  if (documented.includes('    param()\n')) return documented.replace('    param()\n', () => `    param(\n${declaration}`);
  const end = documented.indexOf('\n    )\n', documented.indexOf('\n    param(\n'));
  if (example < 0 || end < 0) throw new Error(`${path} has no help or no parameters in the form that the others have`);
  return `${documented.slice(0, end)},\n\n${declaration}${documented.slice(end + '\n    )\n'.length)}`;
};

/**
 * Sees to it that every command that asks an engine has -HostConnection: PowerShell takes parameters of functions from their text
 * alone. Answers the paths of files that lacked it; without `checkOnly` they have it afterwards.
 */
export const declareHostConnection = (checkOnly: boolean): readonly string[] => {
  const lacking: string[] = [];
  for (const name of readdirSync(publicRoot, { recursive: true, encoding: 'utf8' }).toSorted()) {
    const command = /([^\\/]+)\.ps1$/.exec(name)?.[1];
    if (command === undefined || askNobody.has(command)) continue;
    const path = join(publicRoot, name);
    const text = readFileSync(path, 'utf8');
    const wanted = declare(path, text);
    if (wanted === text) continue;
    lacking.push(path);
    if (!checkOnly) writeFileSync(path, wanted);
  }
  return lacking;
};
