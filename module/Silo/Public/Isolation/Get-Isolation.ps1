function Get-Isolation {
    <#
    .SYNOPSIS
    Gets the isolation of this host or of containers.
    .DESCRIPTION
    Without parameters it shows the default of the host and which isolations it has, why not the others, and
    what would bring them; with a container, that of the container. Isolation is what was asked for,
    EffectiveIsolation what is used, and Reason says why.

    Servers and Linux begin with process isolation, Windows clients with Hyper-V isolation. Linux containers on Windows run
    in a utility VM: one for each (LCOW) for running Linux beside Windows and for kernel isolation between
    Linux containers, a shared one for complex networking and where isolation between them does not matter.
    .PARAMETER Name
    Names of containers. Wildcards are allowed; a wildcard that matches nothing is no error. The
    beginning of an id is no name: that goes to -Id.
    .PARAMETER Id
    Ids of containers, 64 hex digits or the beginning of one.
    .PARAMETER InputObject
    Containers, as Get-Container gives them.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Get-Isolation

    Shows the host's default, and which isolations are available.
    .EXAMPLE
    (Get-Isolation).Available | Where-Object Available -eq $false | Format-List Isolation, Reason, Action

    Shows what is missing for the others, and the command that brings it.
    .EXAMPLE
    Get-Container | Get-Isolation | Where-Object EffectiveIsolation -eq HyperV

    Shows the containers that run in a utility VM.
    .INPUTS
    System.String, Silo.Container
    .OUTPUTS
    Silo.Isolation
    .LINK
    Set-Isolation
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'Host')]
    [OutputType('Silo.Isolation')]
    param(
        [Parameter(Mandatory = $true, Position = 0, ParameterSetName = 'Name', ValueFromPipeline = $true)]
        [SupportsWildcards()]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind Container -Word $args[0] -Bound $args[1] } $args[2] $args[4] })]
        [ValidateNotNullOrEmpty()]
        [string[]] $Name,

        [Parameter(Mandatory = $true, ParameterSetName = 'Id', ValueFromPipelineByPropertyName = $true)]
        [Alias('ContainerId')]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind ContainerId -Word $args[0] -Bound $args[1] } $args[2] $args[4] })]
        [ValidateNotNullOrEmpty()]
        [string[]] $Id,

        [Parameter(Mandatory = $true, ParameterSetName = 'InputObject', ValueFromPipeline = $true)]
        [PSTypeName('Silo.Container')]
        [ValidateNotNull()]
        [psobject[]] $InputObject,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin { . Import-CallerPreference }
    process {
        if ($PSCmdlet.ParameterSetName -eq 'Host') {
            $result = Invoke-Engine -Cmdlet $PSCmdlet -Method 'isolation/get'
            if ($null -ne $result) { ConvertTo-SiloObject -TypeName 'Silo.Isolation' -Method 'isolation/get' -Record $result }
            return
        }
        $target = @(Resolve-ContainerTarget -Cmdlet $PSCmdlet -Name $Name -Id $Id -InputObject $InputObject)
        foreach ($result in Invoke-EngineItem -Cmdlet $PSCmdlet -Method 'isolation/get' -Target $target) {
            ConvertTo-SiloObject -TypeName 'Silo.Isolation' -Method 'isolation/get' -Record $result
        }
    }
}
