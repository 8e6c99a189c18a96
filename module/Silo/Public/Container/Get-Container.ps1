function Get-Container {
    <#
    .SYNOPSIS
    Gets containers of this host.
    .DESCRIPTION
    Without parameters it gets every container, running or not. Objects appear as they arrive: also a host
    with thousands of containers shows the first one at once.
    .PARAMETER Name
    Names of containers. Wildcards are allowed; a wildcard that matches nothing is no error. In place of a
    name an id, or the beginning of one, may stand.
    .PARAMETER Id
    Ids of containers, 64 hex digits or the beginning of one.
    .PARAMETER State
    Only containers in one of these states.
    .PARAMETER Image
    Only containers made from an image whose name matches. Wildcards are allowed.
    .PARAMETER Label
    Only containers that have all of these labels. A value may hold wildcards.
    .PARAMETER Unmanaged
    Containers and utility VMs of this host that Silo did not make, such as Docker's. They are only listed: a
    command that is to change one fails with ContainerUnmanaged.
    .PARAMETER Filter
    Only those whose properties match, for example @{ Name = 'web*' }. Values may hold wildcards, and of several values one must
    match; of labels and variables, name=value is compared.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Get-Container

    Gets every container.
    .EXAMPLE
    Get-Container -Name web* -State Running

    Gets the running containers whose names begin with web.
    .EXAMPLE
    Get-Container -State Exited -Label @{ tier = 'test' } | Remove-Container

    Removes the test containers that have ended.
    .EXAMPLE
    Get-Container -Unmanaged | Group-Object -Property Owner

    Shows who else runs containers here.
    .EXAMPLE
    Get-Container -Filter @{ RestartPolicy = 'Always', 'UnlessStopped'; Labels = 'tier=*' }

    Gets the containers with a label tier that are started again by themselves.
    .OUTPUTS
    Silo.Container, Silo.UnmanagedContainer
    .LINK
    New-Container
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'Name')]
    [OutputType('Silo.Container', 'Silo.UnmanagedContainer')]
    param(
        [Parameter(Position = 0, ParameterSetName = 'Name', ValueFromPipeline = $true)]
        [SupportsWildcards()]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind Container -Word $args[0] -Bound $args[1] } $args[2] $args[4] })]
        [ValidateNotNullOrEmpty()]
        [string[]] $Name,

        [Parameter(Mandatory = $true, ParameterSetName = 'Id', ValueFromPipelineByPropertyName = $true)]
        [Alias('ContainerId')]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind ContainerId -Word $args[0] -Bound $args[1] } $args[2] $args[4] })]
        [ValidateNotNullOrEmpty()]
        [string[]] $Id,

        [Parameter(ParameterSetName = 'Name')]
        [Parameter(ParameterSetName = 'Id')]
        [ValidateSet('Created', 'Running', 'Paused', 'Exited')]
        [string[]] $State,

        [Parameter(ParameterSetName = 'Name')]
        [Parameter(ParameterSetName = 'Id')]
        [SupportsWildcards()]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind Image -Word $args[0] -Bound $args[1] } $args[2] $args[4] })]
        [string[]] $Image,

        [Parameter(ParameterSetName = 'Name')]
        [Parameter(ParameterSetName = 'Id')]
        [System.Collections.IDictionary] $Label,

        [Parameter(Mandatory = $true, ParameterSetName = 'Unmanaged')]
        [switch] $Unmanaged,

        [ValidateNotNull()]
        [System.Collections.IDictionary] $Filter,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin { . Import-CallerPreference }
    process {
        if (Test-RowName -Cmdlet $PSCmdlet -Name $Name) { return }
        if ($Unmanaged) {
            $result = Invoke-Engine -Cmdlet $PSCmdlet -Method 'container/foreign' -Parameter @{}
            if ($null -ne $result) { ConvertTo-SiloObject -TypeName 'Silo.UnmanagedContainer' -Method 'container/foreign' -Record $result.Items }
            return
        }
        $parameter = @{}
        if ($State) { $parameter.states = $State }
        $literal = @(foreach ($item in @($Name) + @($Id)) { if ($item -and -not [WildcardPattern]::ContainsWildcardCharacters($item)) { @{ Reference = $item } } })
        $pattern = @(foreach ($item in $Name) { if ($item -and [WildcardPattern]::ContainsWildcardCharacters($item)) { $item } })

        if ($literal.Count -gt 0) {
            Invoke-EngineItem -Cmdlet $PSCmdlet -Method 'container/list' -Target $literal -Parameter $parameter -ReferenceName 'containers' -AsList |
                ForEach-Object { ConvertTo-SiloContainer -Method 'container/list' -Record $_.Items } |
                Where-Object { Test-ContainerMatch -Container $_ -Image $Image -Label $Label } |
                Select-MatchingObject -Cmdlet $PSCmdlet -Filter $Filter
            if ($pattern.Count -eq 0) { return }
        }
        if ($pattern.Count -eq 0 -and -not $Image -and -not $Label -and -not $Filter) { return Read-ContainerList -Cmdlet $PSCmdlet -Parameter $parameter }
        Read-ContainerList -Cmdlet $PSCmdlet -Parameter $parameter | Where-Object {
            (Test-NameMatch -Name $_.Name -Pattern $(if ($pattern.Count -gt 0) { $pattern } else { '*' })) -and (Test-ContainerMatch -Container $_ -Image $Image -Label $Label)
        } | Select-MatchingObject -Cmdlet $PSCmdlet -Filter $Filter
    }
}
