# What the tests of the module share. The scripted engine plays behaviours by the names of containers;
# it is described in scripted-engine.ts.
$script:Root = Split-Path -Path (Split-Path -Path $PSScriptRoot -Parent) -Parent
$script:Manifest = Join-Path -Path $script:Root -ChildPath 'module/Silo/Silo.psd1'

function Get-ProjectRoot { $script:Root }

function Import-SiloForTest {
    # A fresh module, and so a fresh engine. SILO_TEST_STRICT is set for the run under strict mode.
    [CmdletBinding()]
    param([hashtable] $Script, [switch] $RealEngine, [hashtable] $ImportParameter = @{})
    Remove-Module -Name Silo -Force -ErrorAction Ignore
    $env:SILO_SCRIPT = if ($Script) { ConvertTo-Json -InputObject $Script -Compress } else { $null }
    $env:SILO_ENGINE = if ($RealEngine) { $null } else { Join-Path -Path $PSScriptRoot -ChildPath 'scripted-engine.ts' }
    Import-Module -Name $script:Manifest -Global -Force @ImportParameter
    if ($env:SILO_TEST_STRICT) { . (Get-Module -Name Silo) { Set-StrictMode -Version Latest } }
}

function Remove-SiloForTest {
    Remove-Module -Name Silo -Force -ErrorAction Ignore
    $env:SILO_ENGINE = $null
    $env:SILO_SCRIPT = $null
}

function New-RecordFile {
    Join-Path -Path ([System.IO.Path]::GetTempPath()) -ChildPath "silo-record-$([guid]::NewGuid()).jsonl"
}

function Read-Record {
    # What the scripted engine was asked and did, in order.
    [CmdletBinding()]
    param([string] $Path)
    if (-not (Test-Path -LiteralPath $Path)) { return }
    foreach ($line in [System.IO.File]::ReadAllLines($Path)) { ConvertFrom-Json -InputObject $line -AsHashtable -DateKind String }
}

function Wait-Until {
    # Waits for something that happens in another process, and answers whether it did.
    [CmdletBinding()]
    param([scriptblock] $Condition, [int] $TimeoutSeconds = 10)
    $until = [datetime]::UtcNow.AddSeconds($TimeoutSeconds)
    while ([datetime]::UtcNow -lt $until) {
        if (& $Condition) { return $true }
        Start-Sleep -Milliseconds 50
    }
    $false
}

function Get-EnginePid { & (Get-Module -Name Silo) { if ($null -ne $script:Engine) { $script:Engine.Process.Id } } }

function Get-CallTable {
    # One plain call of every exported command; each is right for the scripted engine.
    @{
        'Get-Container'          = @{ Name = 'web-1' }
        'Get-ContainerHost'      = @{}
        'Get-ContainerImage'     = @{ Name = 'busybox:latest' }
        'Get-ContainerLog'       = @{ Name = 'web-1' }
        'Get-Isolation'          = @{}
        'Import-ContainerImage'  = @{ LiteralPath = '/tmp/image.tar' }
        'Invoke-ContainerImage'  = @{ Image = 'busybox:latest' }
        'New-Container'          = @{ Image = 'busybox:latest'; Name = 'new' }
        'Remove-Container'       = @{ Name = 'web-1' }
        'Remove-ContainerImage'  = @{ Name = 'busybox:latest' }
        'Set-Isolation'          = @{ Isolation = 'HyperV'; Name = 'web-1' }
        'Start-Container'        = @{ Name = 'web-1' }
        'Start-ContainerProcess' = @{ Name = 'web-1'; FilePath = 'ls' }
        'Stop-Container'         = @{ Name = 'web-1' }
        'Test-ContainerHost'     = @{}
        'Wait-Container'         = @{ Name = 'web-1' }
    }
}

Export-ModuleMember -Function Get-ProjectRoot, Import-SiloForTest, Remove-SiloForTest, New-RecordFile, Read-Record, Wait-Until, Get-EnginePid, Get-CallTable
