# The host on which the examples of the help run: real containers and images under the names that the examples use. Every image is made of
# busybox; every registry is Debian's docker-registry, which is the proxy of the engine and so answers for all names.
Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1')

$script:Image = [ordered]@{
    'nginx:1.27'                    = "echo started; echo warning >&2; exec httpd -f -p 80 -h /www"
    'nginx:latest'                  = "echo started; echo warning >&2; exec httpd -f -p 80 -h /www"
    'busybox:latest'                = 'sh'
    'postgres:latest'               = 'exec sleep 1000'
    'tests:latest'                  = 'echo 3 tests passed'
    'app:2.1'                       = 'echo app'
    'team/one:1'                    = 'echo one'
    'team/two:1'                    = 'echo two'
    'registry.example/team/app:2.1' = 'echo app'
}
# Of these the registries have a copy.
$script:Pushed = 'nginx:1.27', 'nginx:latest', 'busybox:latest', 'team/one:1', 'registry.example/team/app:2.1', 'registry.example/app:2.1', 'registry.example/team/app:2.0', 'mcr.microsoft.com/windows/servercore:ltsc2022'

function New-ExampleFolder {
    # Archives, build contexts and compose files as the examples name them; each example works in a copy.
    param([string] $Path)
    [void] (New-Item -Path $Path -ItemType Directory)
    $tree = "$Path/tree"
    $archive = New-RootFileSystem -Folder $Path
    [void] (New-Item -Path $tree -ItemType Directory)
    & tar --extract --file $archive --directory $tree
    foreach ($name in 'www', 'usr/share/nginx/html', 'var/log', 'var/lib/postgresql/data', 'tmp') { [void] (New-Item -Path "$tree/$name" -ItemType Directory -Force) }
    Set-Content -LiteralPath "$tree/www/index.html" -Value 'hello'
    Set-Content -LiteralPath "$tree/var/log/web" -Value 'begun'
    Set-Content -LiteralPath "$tree/etc/os-release" -Value 'NAME=busybox'
    Set-Content -LiteralPath "$tree/bin/nginx" -Value "#!/bin/sh`nexit 0"
    & chmod +x "$tree/bin/nginx"
    & tar --create --file "$Path/rootfs.tar" --directory $tree .
    & sh -c "gzip --keep --fast '$Path/rootfs.tar'"
    Remove-Item -LiteralPath $tree -Recurse -Force
    foreach ($name in 'site', 'www', 'app', 'shop', 'images', 'logs', 'home') { [void] (New-Item -Path "$Path/$name" -ItemType Directory) }
    Set-Content -LiteralPath "$Path/site/index.html" -Value 'a page'
    Set-Content -LiteralPath "$Path/www/index.html" -Value 'a page'
    Set-Content -LiteralPath "$Path/web.json" -Value '{"CmsPlugins":["ActiveDirectory"]}'
    Set-Content -LiteralPath "$Path/web.psd1" -Value "@{ SpecificationVersion = 1; Container = @{ Image = 'nginx:1.27'; Name = 'web'; Network = 'None'; StopTimeoutSeconds = 0 } }"
    Set-Content -LiteralPath "$Path/home/.npmrc" -Value 'token'
    $dockerfile = "FROM busybox AS build`nARG VERSION=1`nRUN echo `$VERSION > /version`nFROM build AS test`nRUN cat /version`nFROM build`nCMD [`"cat`", `"/version`"]"
    Set-Content -LiteralPath "$Path/Dockerfile" -Value $dockerfile
    Set-Content -LiteralPath "$Path/app/Dockerfile" -Value $dockerfile
    Set-Content -LiteralPath "$Path/shop/compose.yaml" -Value "services:`n  web:`n    image: nginx:1.27`n    depends_on: [db]`n    stop_grace_period: 0s`n  db:`n    image: postgres:latest`n    stop_grace_period: 0s`n    volumes: [data:/var/lib/postgresql/data]`nvolumes:`n  data: {}"
    Copy-Item -LiteralPath "$Path/shop/compose.yaml" -Destination "$Path/compose.yaml"
    Set-Content -LiteralPath "$Path/compose.test.yaml" -Value "services:`n  probe:`n    image: busybox`n    profiles: [debug]"
}

function Initialize-ExampleHost {
    $example = @{ Folder = Join-Path -Path ([System.IO.Path]::GetTempPath()) -ChildPath "silo-examples-$([guid]::NewGuid().ToString('N').Substring(0, 8))" }
    $example.Network = $env:SILO_DEFAULT_NETWORK
    $env:SILO_DEFAULT_NETWORK = $null
    $example.Registry = Start-TestRegistry
    $example.Proxy = $env:HTTP_PROXY
    $env:HTTP_PROXY = "http://$($example.Registry.Host)"
    $env:REGISTRY_TOKEN = 'token'
    $example.Root = Initialize-StateRoot
    $registries = @{ plainHttpHosts = 'docker.io', 'registry-1.docker.io', 'registry.example', 'registry.example:5000', 'mirror.example', 'ghcr.io', 'mcr.microsoft.com' }
    Set-Content -LiteralPath "$($example.Root)/registries.json" -Value (ConvertTo-Json -InputObject $registries)
    New-ExampleFolder -Path $example.Folder
    $script:Folder = $example.Folder
    # The other host of the examples is this one: what stands for ssh runs the command here, and finds the engine where the module would be installed.
    $engine = "$($example.Folder)/other/.local/share/powershell/Modules/Silo/engine"
    [void] (New-Item -Path $engine, "$($example.Folder)/bin" -ItemType Directory)
    [void] (New-Item -Path "$engine/silo.mjs" -ItemType SymbolicLink -Value (Join-Path -Path (Get-ProjectRoot) -ChildPath 'dist/silo.mjs'))
    [void] (New-Item -Path "$engine/node" -ItemType SymbolicLink -Value (& (Get-Module -Name Silo) { (Find-SiloEngine).Node }))
    Set-Content -LiteralPath "$($example.Folder)/bin/ssh" -Value "#!/bin/sh`nexport HOME='$($example.Folder)/other'`nfor command; do :; done`neval `"`$command`""
    & chmod +x "$($example.Folder)/bin/ssh"
    $example.Path = $env:PATH
    $env:PATH = "$($example.Folder)/bin:$env:PATH"
    Restore-ExampleImage
    foreach ($name in $script:Pushed) {
        if (-not (Get-ContainerImage -Name $name -ErrorAction Ignore)) { [void] (Get-ContainerImage -Name 'app:2.1' | Add-ContainerImageTag -Reference $name) }
        [void] (Submit-ContainerImage -Name $name)
        if (-not $script:Image.Contains($name)) { Remove-ContainerImageTag -Reference $name }
    }
    Export-ContainerImage -Name 'nginx:1.27' -Path "$($example.Folder)/nginx.tar" -Format DockerArchive
    Copy-Item -LiteralPath "$($example.Folder)/nginx.tar" -Destination "$($example.Folder)/images/nginx.tar"
    $example
}

function Restore-ExampleImage {
    $there = @((Get-ContainerImage).Name)
    foreach ($name in $script:Image.Keys) {
        if ($there -contains ($name -replace ':latest$') -or $there -contains $name) { continue }
        [void] (Import-ContainerImage -Path "$script:Folder/rootfs.tar.gz" -Name $name -Command '/bin/sh', '-c', $script:Image[$name])
    }
}

function Clear-ExampleHost {
    param([hashtable] $Example)
    Clear-Example
    Get-ContainerNetwork | Remove-ContainerNetwork -Force
    Clear-StateRoot -Path $Example.Root
    Stop-TestRegistry -Registry $Example.Registry
    Remove-Item -LiteralPath $Example.Folder, "$($Example.Folder)-moved" -Recurse -Force -ErrorAction Ignore
    $env:SILO_DEFAULT_NETWORK = $Example.Network
    $env:HTTP_PROXY = $Example.Proxy
    $env:REGISTRY_TOKEN = $null
    $env:PATH = $Example.Path
}

function Clear-Example {
    # Away with what an example made; images stay, and are looked at before the next one.
    Get-Container | Remove-Container -Force
    Get-ContainerNetwork | Where-Object Name -NE 'nat' | Remove-ContainerNetwork -Force
    Get-ContainerVolume | Remove-ContainerVolume -Force
}

# What an example finds, by what it says. The first column is looked for in its code; -NotMatch keeps away what it makes itself.
$script:Need = @(
    @{ Match = '.'; Do = { Restore-ExampleImage } }
    @{ Match = 'front'; NotMatch = 'New-ContainerNetwork'; Do = { [void] (New-ContainerNetwork -Name 'front') } }
    @{ Match = 'back'; NotMatch = 'New-ContainerNetwork'; Do = { [void] (New-ContainerNetwork -Name 'back' -Type Internal -Subnet '10.20.0.0/24') } }
    @{ Match = '-Network old'; Do = { [void] (New-ContainerNetwork -Name 'old' -Type Internal) } }
    @{ Match = '\bweb\b|Get-Container\b|Measure-Container|Adapter|Start-Container'; NotMatch = '(New-Container|Invoke-ContainerImage)\b.*\bweb\b|Application|^Import-Container\b'; Do = {
            param($Code)
            $network = if ($Code -match 'Network|Port|-Follow|front') { @('front', 'back', 'old', 'nat').Where({ $Code -match "\b$_\b" -and $Code -notmatch '^(Get-Container -Name web \| )?Connect-' }) } else { @('None') }
            if (-not $network) { $network = 'nat' }
            $state = if ($Code -match 'Rename|^Remove-Container\b|^Start-Container\b|^Set-Isolation\b|State Created') { 'Created' } else { 'Running' }
            $container = New-Container -Image 'nginx:1.27' -Name 'web' -Label @{ tier = 'web' } -StopTimeoutSeconds 0 -Network $network
            if ($state -eq 'Running') { Start-Container -InputObject $container }
        }
    }
    @{ Match = '-From web\b|New-Container @web|-Name web \| New-Container'; Do = { [void] (New-Container -Image 'nginx:1.27' -Name 'web' -StopTimeoutSeconds 0 -Network 'nat') } }
    @{ Match = '\bdb\b'; NotMatch = 'Application'; Do = { New-Container -Image 'postgres' -Name 'db' -StopTimeoutSeconds 0 -Network None | Start-Container } }
    @{ Match = '-Name build|State Exited'; Do = { [void] (Invoke-ContainerImage -Image 'busybox' -Name 'build' -Label @{ tier = 'test' } -Network None -Command 'echo', 'built') } }
    @{ Match = 'backup'; Do = { $backup = New-Container -Image 'busybox' -Name 'backup' -Network None -Command 'sleep', '1'; Start-Container -InputObject $backup } }
    @{ Match = 'Resume-Container'; Do = { Suspend-Container -Name 'web' } }
    @{ Match = 'Get-ContainerProcess'; Do = { [void] (Start-ContainerProcess -Name 'web' -FilePath 'sleep' -ArgumentList '2') } }
    @{ Match = 'Volume'; NotMatch = 'New-Container|Application'; Do = { [void] (New-ContainerVolume -Name 'database') } }
    @{ Match = 'Application'; NotMatch = 'New-ContainerApplication'; Do = { [void] (New-ContainerApplication -Path "$script:Folder/shop" -Start) } }
    @{ Match = 'Remove-ContainerImageTag'; Do = { [void] (Add-ContainerImageTag -Name 'app:2.1' -Reference 'registry.example/team/app:2.1' -Force) } }
    @{ Match = 'Disconnect-ContainerRegistry'; Do = { [void] (Connect-ContainerRegistry -Registry 'registry.example' -Credential (Get-TestCredential)) } }
)

function Initialize-Example {
    param([string] $Code)
    foreach ($need in $script:Need) {
        if ($Code -notmatch $need.Match -or ($need.NotMatch -and $Code -match $need.NotMatch)) { continue }
        [void] (& $need.Do $Code)
    }
}

# Conditions that an example names in its help ("Needs ...", "Only on ..."), and whether this host meets them. One that is not here is a mistake.
$script:Condition = [ordered]@{
    'Only on Windows'                     = { $PSVersionTable.PSEdition -ne 'Core' -or $IsWindows }
    'Needs a terminal'                    = { $false }
    'Needs systemd on Linux'              = { Test-Path -LiteralPath '/run/systemd/system' }
    'Needs a container with an SMB share' = { $false }
    'Needs a host with Hyper-V isolation' = { [bool] ((Get-Isolation).Available | Where-Object { $_.Isolation -eq 'HyperV' -and $_.Available }) }
}

function Get-UnmetCondition {
    # Conditions in the text of an example that do not hold here. One that nobody knows counts as unmet nowhere: it is an error.
    param([string] $Text)
    foreach ($sentence in [regex]::Matches($Text, '(?:Only on|Needs) [^.]+(?=\.)').Value) {
        if (-not $script:Condition.Contains($sentence)) { throw "ExampleHost.psm1 does not know the condition '$sentence'" }
        if (-not (& $script:Condition[$sentence])) { $sentence }
    }
}

function Invoke-Example {
    # Runs the code as somebody who types it would, in a folder of its own; gives the errors. What goes on until Ctrl+C is stopped after three seconds.
    param([string] $Code)
    $folder = "$script:Folder/run"
    Remove-Item -LiteralPath $folder -Recurse -Force -ErrorAction Ignore
    [void] (New-Item -Path $folder -ItemType Directory)
    Get-ChildItem -LiteralPath $script:Folder -Force | Where-Object Name -NE 'run' | Copy-Item -Destination $folder -Recurse
    # What an example writes is not there yet.
    if ($Code -notmatch 'Import-ContainerImage') { Remove-Item -LiteralPath "$folder/nginx.tar" }
    # Paths that belong to whoever reads the help, and not to a test.
    $text = $Code.Replace('/data/silo', "$script:Folder-moved").Replace('/srv/www', "$folder/www").Replace('$HOME', "$folder/home")
    # Whoever moves or removes the store must be alone with it.
    if ($Code -match '^Move-ContainerStore|-RemoveStore' -and $Code -notmatch '-WhatIf') {
        & (Get-Module -Name Silo) { Close-EverySiloEngine }
        # The supervisor stays for a minute after the last container with a network.
        $users = {
            Get-ChildItem -LiteralPath '/proc' -Directory | Where-Object { $_.Name -match '^\d+$' -and $_.Name -ne $PID } | Where-Object {
                # A process may end while it is looked at.
                $text = foreach ($file in 'cmdline', 'environ') { try { [System.IO.File]::ReadAllText("/proc/$($_.Name)/$file") } catch { '' } }
                "$text".Contains($env:SILO_ROOT)
            }
        }
        [void] (Wait-Until -TimeoutSeconds 100 -Condition { -not (& $users) })
    }
    $shell = [powershell]::Create([initialsessionstate]::CreateDefault())
    try {
        $module = Join-Path -Path (Get-ProjectRoot) -ChildPath 'module/Silo/Silo.psd1'
        [void] $shell.AddScript("Set-Location -LiteralPath '$folder'; Import-Module '$module'; function Get-Credential { [pscredential]::new('me', (ConvertTo-SecureString 'hunter2' -AsPlainText -Force)) }").Invoke()
        $shell.Commands.Clear()
        # A connection belongs to the session that made it.
        if ($Code -match 'HostConnection -Name web' -and $Code -notmatch 'New-ContainerHostConnection') { [void] $shell.AddScript('New-ContainerHostConnection -HostName web1.example -Name web').Invoke(); $shell.Commands.Clear() }
        [void] $shell.AddScript($text)
        $endless = $Code -match '-Follow|-Continuous'
        $run = $shell.BeginInvoke()
        if (-not $run.AsyncWaitHandle.WaitOne($(if ($endless) { 3000 } else { 120000 }))) {
            $shell.Stop()
            if (-not $endless) { 'it did not end within 120 seconds' }
        } else {
            try { [void] $shell.EndInvoke($run) } catch { "$($_.Exception.InnerException.ErrorRecord.FullyQualifiedErrorId) $($_.Exception.InnerException.Message)" }
        }
        foreach ($record in $shell.Streams.Error) { "$($record.FullyQualifiedErrorId): $record" }
        $shell.Commands.Clear()
        [void] $shell.AddScript('Get-Job | Remove-Job -Force; Remove-Module -Name Silo').Invoke()
    } finally {
        $shell.Dispose()
    }
}

Export-ModuleMember -Function Initialize-ExampleHost, Clear-ExampleHost, Clear-Example, Initialize-Example, Get-UnmetCondition, Invoke-Example
