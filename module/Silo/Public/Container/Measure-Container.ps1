function Measure-Container {
    <#
    .SYNOPSIS
    Measures what running containers use.
    .DESCRIPTION
    Gives processor time, memory, processes, and bytes read, written, received and sent, as the kernel counts
    them: one object a container, or one a container and interval with -Continuous. CpuPercent is the share of
    one processor, so 200 is two whole ones.
    .PARAMETER Name
    Names of containers; every container that runs where left out. Wildcards are allowed; a wildcard that matches nothing is no error. The
    beginning of an id is no name: that goes to -Id.
    .PARAMETER Id
    Ids of containers, 64 hex digits or the beginning of one.
    .PARAMETER InputObject
    Containers, as Get-Container gives them.
    .PARAMETER Continuous
    Measures again and again, until Ctrl+C or until nothing of what was named runs any more.
    .PARAMETER IntervalSeconds
    Seconds between two looks; 1 by default with -Continuous. Without it the two looks that CpuPercent needs
    are 0.2 seconds apart.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Measure-Container -Name web

    Measures one container.
    .EXAMPLE
    Measure-Container | Sort-Object -Property MemoryBytes -Descending | Select-Object -First 5

    Finds the five that hold the most memory.
    .EXAMPLE
    Measure-Container -Name web -Continuous -IntervalSeconds 5 | Export-Csv -Path web.csv

    Writes a line every five seconds.
    .INPUTS
    System.String, Silo.Container
    .OUTPUTS
    Silo.ContainerMeasurement
    .LINK
    Get-Container
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'Name')]
    [OutputType('Silo.ContainerMeasurement')]
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

        [Parameter(Mandatory = $true, ParameterSetName = 'InputObject', ValueFromPipeline = $true)]
        [PSTypeName('Silo.Container')]
        [ValidateNotNull()]
        [psobject[]] $InputObject,

        [switch] $Continuous,

        [ValidateRange(0.1, 3600)]
        [double] $IntervalSeconds,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin {
        . Import-CallerPreference
        $reference = New-Object -TypeName 'System.Collections.Generic.List[string]'
        $isNamed = $false
        $interval = if ($PSBoundParameters.ContainsKey('IntervalSeconds')) { $IntervalSeconds } elseif ($Continuous) { 1 } else { 0.2 }
    }
    process {
        if ($Name -or $Id -or $InputObject) {
            $isNamed = $true
            foreach ($item in @(Resolve-ContainerTarget -Cmdlet $PSCmdlet -Name $Name -Id $Id -InputObject $InputObject)) { $reference.Add($item.Reference) }
        }
    }
    end {
        if ($isNamed -and $reference.Count -eq 0) { return }
        $parameter = @{ sampleMilliseconds = [int] [Math]::Round($interval * 1000) }
        if ($isNamed) { $parameter.containers = [string[]] @($reference) }
        do {
            $result = Invoke-Engine -Cmdlet $PSCmdlet -Method 'container/statistics' -Parameter $parameter
            if ($null -eq $result) { return }
            ConvertTo-SiloObject -TypeName 'Silo.ContainerMeasurement' -Method 'container/statistics' -Record $result.Items
        } while ($Continuous -and ($result.Items.Count -gt 0 -or -not $isNamed))
    }
}
