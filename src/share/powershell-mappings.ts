import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { SiloError, type ErrorCode } from '../base/index.ts';
import type { GlobalMappings } from './mapped-shares.ts';

/** Runs a script of PowerShell with a text on its standard input, and answers with what it wrote; rejects where there is no PowerShell. */
export type PowerShell = (script: string, input: string) => Promise<string>;

/** Windows' own, which every edition with containers has; it is started by its path, whatever PATH says. */
const windowsPowerShell = (): string => join(process.env['SystemRoot'] ?? String.raw`C:\Windows`, 'System32', 'WindowsPowerShell', 'v1.0', 'powershell.exe');

/** The script is what everybody may read on a command line; what is secret goes through standard input. */
export const runPowerShell = (program: string): PowerShell => (script, input) =>
  new Promise((resolve, reject) => {
    const child = spawn(program, ['-NoLogo', '-NoProfile', '-NonInteractive', '-EncodedCommand', Buffer.from(script, 'utf16le').toString('base64')], { stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true });
    let [output, errors] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => { output += text; });
    child.stderr.setEncoding('utf8').on('data', (text: string) => { errors = (errors + text).slice(0, 4096); });
    child.on('error', reject);
    child.on('close', (code) => { if (code === 0) resolve(output); else reject(new Error(`PowerShell ended with ${code}: ${errors.trim()}`)); });
    // One that ended early is told by its exit code.
    child.stdin.on('error', () => undefined).end(input);
  });

/**
 * Standard input has a line of JSON in ASCII, since consoles of Windows have code pages; the answer is one too. What the command says of a
 * failure begins with the number of Windows' error, whatever the language: 'Windows System Error 53,New-SmbGlobalMapping'.
 */
const script = String.raw`
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$order = [Console]::In.ReadToEnd() | ConvertFrom-Json
$answer = @{ state = $null; errorId = $null; message = $null }
try {
    $found = @(Get-SmbGlobalMapping -ErrorAction SilentlyContinue | Where-Object { $_.RemotePath -eq $order.remotePath })
    switch ($order.verb) {
        'find' { if ($found.Count -gt 0) { $answer.state = "$($found[0].Status)" } }
        'create' {
            $secure = New-Object -TypeName System.Security.SecureString
            foreach ($letter in $order.password.ToCharArray()) { $secure.AppendChar($letter) }
            $credential = New-Object -TypeName System.Management.Automation.PSCredential -ArgumentList $order.userName, $secure
            New-SmbGlobalMapping -RemotePath $order.remotePath -Credential $credential -RequirePrivacy ([bool] $order.encrypted) -Persistent $false | Out-Null
        }
        'remove' { if ($found.Count -gt 0) { Remove-SmbGlobalMapping -RemotePath $order.remotePath -Force | Out-Null } }
    }
} catch {
    $answer.errorId = "$($_.FullyQualifiedErrorId)"
    $answer.message = "$($_.Exception.Message)".Trim()
}
$json = $answer | ConvertTo-Json -Compress
[Console]::Out.Write([regex]::Replace($json, '[^\x20-\x7e]', { param($letter) '\u{0:x4}' -f [int][char] $letter.Value }))
`;

const ascii = (value: unknown): string => JSON.stringify(value).replaceAll(/[^\u0020-\u007e]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Windows' errors (winerror.h) at a mapping. */
const meanings: Readonly<Record<number, ErrorCode>> = {
  2: 'ShareNotFound', 3: 'ShareNotFound', 67: 'ShareNotFound', 5: 'ShareAccessDenied', 86: 'ShareAccessDenied', 1244: 'ShareAccessDenied', 1326: 'ShareAccessDenied', 1327: 'ShareAccessDenied', 1328: 'ShareAccessDenied',
  1330: 'ShareAccessDenied', 1331: 'ShareAccessDenied', 1907: 'ShareAccessDenied', 1909: 'ShareAccessDenied', 2242: 'ShareAccessDenied',
  51: 'ShareUnreachable', 53: 'ShareUnreachable', 59: 'ShareUnreachable', 64: 'ShareUnreachable', 121: 'ShareUnreachable', 1231: 'ShareUnreachable', 1232: 'ShareUnreachable',
};

interface Answer { readonly state: string | null; readonly errorId: string | null; readonly message: string | null }

/** Global mappings by the commands of the module SmbShare: Windows has no other documented way but the WMI class beneath them. */
export class PowerShellMappings implements GlobalMappings {
  readonly #run: PowerShell;

  constructor(run: PowerShell = (text, input) => runPowerShell(windowsPowerShell())(text, input)) { this.#run = run; }

  async find(remotePath: string): Promise<'connected' | 'disconnected' | undefined> {
    const { state } = await this.#ask({ verb: 'find', remotePath });
    // OK, Paused, Disconnected, NetworkError, Connecting, Reconnecting, Unavailable (MSFT_SmbGlobalMapping).
    return state === null ? undefined : ['OK', '0', 'Connecting', '4', 'Reconnecting', '5'].includes(state) ? 'connected' : 'disconnected';
  }

  async create(remotePath: string, { userName, password }: { readonly userName: string; readonly password: string }, encrypted: boolean): Promise<void> {
    await this.#ask({ verb: 'create', remotePath, userName, password, encrypted });
  }

  async remove(remotePath: string): Promise<void> { await this.#ask({ verb: 'remove', remotePath }); }

  async #ask(order: { readonly verb: string; readonly remotePath: string; readonly userName?: string; readonly password?: string; readonly encrypted?: boolean }): Promise<Answer> {
    const failed = (code: ErrorCode, reason: string, cause?: unknown): SiloError => new SiloError(code, {
      args: { share: order.remotePath, user: order.userName ?? '', reason: withoutSecret(reason, order.password) }, target: { kind: 'path', id: order.remotePath }, retryable: code === 'ShareUnreachable', cause,
    });
    let answer: Answer;
    try {
      answer = JSON.parse(await this.#run(script, ascii(order))) as Answer;
    } catch (error) {
      throw failed('ShareFailed', error instanceof Error ? error.message : String(error));
    }
    if (answer.errorId === null) return answer;
    if (answer.errorId.startsWith('CommandNotFoundException')) throw failed('ShareSupportMissing', answer.message ?? 'it has no New-SmbGlobalMapping');
    const number = Number(/^Windows System Error (\d+)/.exec(answer.errorId)?.[1]);
    throw failed(meanings[number] ?? 'ShareFailed', answer.message ?? answer.errorId);
  }
}

const withoutSecret = (text: string, secret: string | undefined): string => (secret === undefined || secret === '' ? text : text.replaceAll(secret, '***'));
