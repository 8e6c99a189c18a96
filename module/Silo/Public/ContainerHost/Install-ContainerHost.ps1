function Install-ContainerHost {
    <#
    .SYNOPSIS
    Has the system look after containers from its start on.
    .DESCRIPTION
    Installs the supervisor of this host's containers as a service: a unit of systemd on Linux, a scheduled task
    of SYSTEM on Windows. Restart policies then work after a reboot with nobody logged in. Without it they
    work on demand, from the first command after a reboot on. Containers that run are left alone.

    Repeating it changes nothing. After an update of the module it has the service run the new version.
    .PARAMETER Feature
    Optional features of Windows to enable first: Containers, HyperV. What is enabled already is left alone. Where the
    machine must be restarted afterwards, RestartNeeded says so; it is not restarted.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Install-ContainerHost

    Containers with the restart policies Always and UnlessStopped run again after each reboot. Needs systemd on Linux.
    .EXAMPLE
    if ((Install-ContainerHost -Feature Containers).RestartNeeded) { Restart-Computer }

    Prepares a server. Only on Windows.
    .OUTPUTS
    Silo.ContainerHostService
    .LINK
    Uninstall-ContainerHost
    .LINK
    Test-ContainerHost
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType('Silo.ContainerHostService')]
    param(
        [ValidateSet('Containers', 'HyperV')]
        [string[]] $Feature,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin { . Import-CallerPreference }
    process {
        $parameter = @{}
        if ($Feature) {
            $test = Invoke-Engine -Cmdlet $PSCmdlet -Method 'host/test'
            if ($null -eq $test) { return }
            $title = @{ Containers = 'Containers feature'; HyperV = 'Hyper-V feature' }
            $chosen = foreach ($name in $Feature) {
                $requirement = $test.Requirements | Where-Object -Property Name -EQ -Value $title[$name]
                if ($null -ne $requirement -and $requirement.Satisfied) { continue }
                # The engine says why it cannot be had where the host has no such requirement.
                $action = if ($null -ne $requirement) { $requirement.Remedy } else { $script:Strings.EnableFeature }
                if ($PSCmdlet.ShouldProcess($name, $action)) { $name }
            }
            if ($chosen) { $parameter.features = @($chosen) }
        }
        if (-not $PSCmdlet.ShouldProcess($script:Strings.TheHost, $script:Strings.InstallHost)) { return }
        $result = Invoke-Engine -Cmdlet $PSCmdlet -Method 'host/install' -Parameter $parameter
        if ($null -eq $result) { return }
        if ($result.Service.RestartNeeded) { Write-Warning -Message $script:Strings.RestartNeeded }
        ConvertTo-SiloObject -TypeName 'Silo.ContainerHostService' -Method 'host/install' -Record $result.Service
    }
}
