function Get-ContainerChange {
    <#
    .SYNOPSIS
    Gets the files that containers changed.
    .DESCRIPTION
    Gives what a container added, modified or deleted in the file system of its image, running or not. Volumes
    and mounts are no part of it, nor is what was only made to mount something on. A folder is modified when
    something in it is.
    .PARAMETER Name
    Names of containers. Wildcards are allowed; a wildcard that matches nothing is no error. The
    beginning of an id is no name: that goes to -Id.
    .PARAMETER Id
    Ids of containers, 64 hex digits or the beginning of one.
    .PARAMETER InputObject
    Containers, as Get-Container gives them.
    .PARAMETER Kind
    Only changes of these kinds.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Get-ContainerChange -Name web

    Gets what the container web changed.
    .EXAMPLE
    Get-ContainerChange -Name web -Kind Added | Where-Object Path -like '/tmp/*'

    Gets what it left in /tmp.
    .INPUTS
    System.String, Silo.Container
    .OUTPUTS
    Silo.ContainerChange
    .LINK
    ConvertTo-ContainerImage
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'Name')]
    [OutputType('Silo.ContainerChange')]
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

        [ValidateSet('Added', 'Modified', 'Deleted')]
        [string[]] $Kind,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin {
        . Import-CallerPreference
    }
    process {
        foreach ($target in @(Resolve-ContainerTarget -Cmdlet $PSCmdlet -Name $Name -Id $Id -InputObject $InputObject)) {
            $result = Invoke-Engine -Cmdlet $PSCmdlet -Method 'container/changes' -Parameter @{ container = $target.Reference }
            if ($null -eq $result) { continue }
            foreach ($change in $result.Items) {
                if ($Kind -and $change.Kind -notin $Kind) { continue }
                ConvertTo-SiloObject -TypeName 'Silo.ContainerChange' -Method 'container/changes' -Record $change
            }
        }
    }
}
