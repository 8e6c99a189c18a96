BeforeDiscovery {
    $moduleRoot = Join-Path -Path (Split-Path -Path (Split-Path -Path $PSScriptRoot -Parent) -Parent) -ChildPath 'module/Silo'
    $roles = @(Get-ChildItem -LiteralPath "$moduleRoot/RoleCapabilities" -Filter *.psrc | ForEach-Object { $_.BaseName })
}

Describe 'The role <_>' -Tag Fast -ForEach $roles {
    BeforeAll {
        Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
        $role = $_
        $moduleFolder = Join-Path -Path (Get-ProjectRoot) -ChildPath 'module'
        $capability = Import-PowerShellDataFile -LiteralPath "$moduleFolder/Silo/RoleCapabilities/$role.psrc"
        $visible = @($capability.VisibleFunctions | ForEach-Object { $_ -replace '^Silo\\' })
        Import-SiloForTest
        Remove-Module -Name Silo -Force

        # A session as an endpoint of Just Enough Administration opens it for a user with this role.
        $configuration = Join-Path -Path $TestDrive -ChildPath 'endpoint.pssc'
        New-PSSessionConfigurationFile -Path $configuration -SessionType RestrictedRemoteServer -RoleDefinitions @{ 'TEST\Somebody' = @{ RoleCapabilities = $role } }
        $modulePath = $env:PSModulePath
        $env:PSModulePath = $moduleFolder + [System.IO.Path]::PathSeparator + $env:PSModulePath
        $state = [System.Management.Automation.Runspaces.InitialSessionState]::CreateFromSessionConfigurationFile($configuration, { $true })
        $runspace = [System.Management.Automation.Runspaces.RunspaceFactory]::CreateRunspace($state)
        $runspace.Open()

        function Invoke-InRole {
            param([string] $Command, [hashtable] $Parameter = @{})
            $shell = [powershell]::Create()
            try {
                $shell.Runspace = $runspace
                [void] $shell.AddCommand($Command, $true).AddParameters($Parameter)
                $shell.Commands.Commands[0].CommandOrigin = 'Runspace'
                try { $shell.Invoke() } catch {
                    throw $(if ($_.Exception.InnerException -is [System.Management.Automation.RuntimeException]) { $_.Exception.InnerException.ErrorRecord } else { $_ })
                }
                if ($shell.Streams.Error.Count -gt 0) { throw $shell.Streams.Error[0] }
            } finally { $shell.Dispose() }
        }
    }
    AfterAll {
        $runspace.Dispose()
        $env:PSModulePath = $modulePath
        Remove-SiloForTest
    }

    It 'shows those commands, and of Silo no other' {
        $shown = (Invoke-InRole 'Get-Command').Name
        $silo = @((Import-PowerShellDataFile -LiteralPath "$moduleFolder/Silo/Silo.psd1").FunctionsToExport)
        @($shown | Where-Object { $_ -in $silo }) | Sort-Object | Should -Be ($visible | Sort-Object)
        @($shown | Where-Object { $_ -notin $silo }) | Sort-Object | Should -Be ('Clear-Host', 'Exit-PSSession', 'Get-Command', 'Get-FormatData', 'Get-Help', 'Measure-Object', 'Out-Default', 'Select-Object')
    }
    It 'names commands that there are' {
        $silo = @((Import-PowerShellDataFile -LiteralPath "$moduleFolder/Silo/Silo.psd1").FunctionsToExport)
        $visible | Where-Object { $_ -notin $silo } | Should -BeNullOrEmpty
    }
    It 'runs what it shows' {
        (Invoke-InRole 'Get-Container' @{ Name = 'web-1' }).Name | Should -Be 'web-1'
        (Invoke-InRole 'Get-ContainerHost').Name | Should -Be 'scripted'
        (Invoke-InRole 'Get-ContainerLog' @{ Name = 'lines-3' }).Count | Should -Be 3
    }
    It 'runs nothing else, and no scripts' {
        foreach ($hidden in 'New-Container', 'Invoke-ContainerImage', 'Invoke-ContainerCommand', 'Remove-Container', 'New-ContainerHostConnection', 'Invoke-Engine', 'Get-ChildItem') { { Invoke-InRole $hidden } | Should -Throw -ErrorId 'CommandNotFoundException' }
        $shell = [powershell]::Create()
        $shell.Runspace = $runspace
        { $shell.AddScript('1 + 1').Invoke() } | Should -Throw '*no-language*'
        $shell.Dispose()
    }
    It 'starts and stops containers where that is its work, and only there' {
        if ($role -eq 'SiloOperator') { (Invoke-InRole 'Stop-Container' @{ Name = 'web-1'; PassThru = $true }).Name | Should -Be 'web-1' }
        else { { Invoke-InRole 'Stop-Container' @{ Name = 'web-1' } } | Should -Throw -ErrorId 'CommandNotFoundException' }
    }
    It 'takes no connection that somebody made up' {
        { Invoke-InRole 'Get-Container' @{ HostConnection = [pscustomobject] @{ Id = 'x'; HostName = 'elsewhere'; Name = 'x' } } } | Should -Throw -ErrorId 'HostConnectionNotFound,Get-Container'
    }
}
