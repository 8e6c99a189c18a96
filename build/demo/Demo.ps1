# The main job through the module, as an administrator would type it.
param(
    [Parameter(Mandatory)][string] $Archive
)
$ErrorActionPreference = 'Stop'
Set-StrictMode -Version Latest
Import-Module (Join-Path $PSScriptRoot '../../module/Silo/Silo.psd1')

function Show-Indented {
    process { foreach ($line in "$_".TrimEnd() -split "`n") { "  | $line" } }
}

"PowerShell $($PSVersionTable.PSVersion)"

'Import-ContainerImage'
Import-ContainerImage -Path $Archive -Name 'demo/busybox:latest' |
    ForEach-Object { "$($_.Name)  $($_.Digest)  $($_.SizeBytes) bytes" } | Show-Indented

'Invoke-ContainerImage: a container runs and is removed'
$output = @(Invoke-ContainerImage -Image 'demo/busybox' -AutoRemove -Network None -Command 'sh', '-c', 'echo "Hello from $(hostname), process $$ of $(uname -s)."')
$output | Show-Indented
if ($output.Count -ne 1) { throw "the container wrote $($output.Count) lines" }

'New-Container, Start-Container: a second one serves a page'
$null = New-Container -Image 'demo/busybox' -Name 'demo-page' -Network None -Command 'httpd', '-f', '-vv', '-p', '8080', '-h', '/www'
Start-Container -Name 'demo-page'

'Start-ContainerProcess: the page is fetched by a command in it'
# The server needs a moment until it listens.
for ($attempt = 1; ; $attempt++) {
    $process = Start-ContainerProcess -Name 'demo-page' -FilePath 'wget' -ArgumentList '-q', '-O', '-', 'http://127.0.0.1:8080/' -Wait
    if ($process.ExitCode -eq 0) { break }
    if ($attempt -eq 20) { throw "wget ended with exit code $($process.ExitCode): $($process.StdErr)" }
    Start-Sleep -Milliseconds 100
}
$process.StdOut | Show-Indented
if ("$($process.StdOut)" -notmatch 'Served from a container') { throw 'the page that came back is not the page of the image' }

'Get-ContainerLog'
Get-ContainerLog -Name 'demo-page' | ForEach-Object { $_.Text } | Show-Indented

'Stop-Container, Remove-Container, Remove-ContainerImage'
Stop-Container -Name 'demo-page'
Remove-Container -Name 'demo-page'
Remove-ContainerImage -Name 'demo/busybox'
if (@(Get-Container).Count -gt 0) { throw 'containers are left' }
Remove-Module Silo
