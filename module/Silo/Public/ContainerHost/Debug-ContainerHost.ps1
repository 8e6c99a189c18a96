function Debug-ContainerHost {
    <#
    .SYNOPSIS
    Looks for what is wrong with this host and its containers, and says what mends it.
    .DESCRIPTION
    Checks everything that Test-ContainerHost does, and then what is there: leftovers of killed engines, networks that the
    host has lost, layers that nothing needs, containers that nobody watches, that are unhealthy, that did not start or start again and again, errors in the
    log of the last day, and whether module and engine are of one release. Nothing is changed. Each check has a Status (Passed, Warning or
    Failed), what was found, and a Remedy.

    On Windows an elevated engine also tells which file-system filters do not come with Windows (virus scanners, backups): some keep layers from
    being mounted. Linux has none.
    .PARAMETER Problem
    Only checks that did not pass.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Debug-ContainerHost

    Shows every check.
    .EXAMPLE
    Debug-ContainerHost -Problem | Format-List

    Shows what is wrong, and what to run.
    .OUTPUTS
    Silo.HostCheck
    .LINK
    Test-ContainerHost
    .LINK
    Save-ContainerHostDiagnostic
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding()]
    [OutputType('Silo.HostCheck')]
    param(
        [switch] $Problem,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin { . Import-CallerPreference }
    process {
        foreach ($check in Read-HostCheck -Cmdlet $PSCmdlet) { if (-not $Problem -or $check.Status -ne 'Passed') { $check } }
    }
}
