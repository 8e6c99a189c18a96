function Test-ContainerHost {
    <#
    .SYNOPSIS
    Tests whether this host has what containers need.
    .DESCRIPTION
    Gives one object for each requirement, with what was found and the command that mends it. NeededFor says
    which containers need it: all of them (Everything), those with Process or HyperV isolation, Linux
    containers on Windows (LinuxContainers), or none (Advice). With -Quiet it gives only $true or $false.

    On Windows, Linux containers run in a utility VM: one for each (LCOW) for running Linux beside Windows and for
    kernel isolation between Linux containers, a shared one for complex networking and where isolation between
    Linux containers does not matter.
    .PARAMETER Quiet
    Gives $true where everything holds that all containers need, and everything that one isolation needs; else
    $false.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Test-ContainerHost

    Shows every requirement.
    .EXAMPLE
    if (-not (Test-ContainerHost -Quiet)) { Test-ContainerHost | Where-Object Satisfied -eq $false | Format-List }

    Shows what is missing, and how to get it.
    .OUTPUTS
    Silo.HostRequirement, or System.Boolean with -Quiet
    .LINK
    Get-ContainerHost
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding()]
    [OutputType('Silo.HostRequirement')]
    [OutputType([bool])]
    param(
        [switch] $Quiet,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin { . Import-CallerPreference }
    process {
        $result = Invoke-Engine -Cmdlet $PSCmdlet -Method 'host/test'
        if ($null -eq $result) { return }
        if ($Quiet) { return [bool] $result.Ready }
        ConvertTo-SiloObject -TypeName 'Silo.HostRequirement' -Method 'host/test' -Record $result.Requirements
    }
}
