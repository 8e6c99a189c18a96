function Stop-Container {
    <#
    .SYNOPSIS
    Stops containers.
    .DESCRIPTION
    Asks the process of each container to end, and ends it when it has not done so in time. A container that
    does not run is left as it is, so the command may be repeated.
    .PARAMETER Name
    Names of containers. Wildcards are allowed; a wildcard that matches nothing is no error. The
    beginning of an id is no name: that goes to -Id.
    .PARAMETER Id
    Ids of containers, 64 hex digits or the beginning of one.
    .PARAMETER InputObject
    Containers, as Get-Container gives them.
    .PARAMETER TimeoutSeconds
    Seconds between asking and ending; the container's own time-out where left out, -1 asks only and waits.
    .PARAMETER Force
    Ends the process at once.
    .PARAMETER PassThru
    Gives the container as it is afterwards.
    .PARAMETER AsJob
    Does the work in a background job and gives the job.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Stop-Container -Name web

    Stops the container web.
    .EXAMPLE
    Get-Container -State Running | Stop-Container -TimeoutSeconds 60

    Gives every running container a minute to end.
    .INPUTS
    System.String, Silo.Container
    .OUTPUTS
    None, or Silo.Container with -PassThru
    .LINK
    Start-Container
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'Name', SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType('Silo.Container')]
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

        [ValidateRange(-1, [int]::MaxValue)]
        [int] $TimeoutSeconds,

        [Alias('TurnOff')]
        [switch] $Force,

        [switch] $PassThru,

        [switch] $AsJob,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin {
        . Import-CallerPreference
        $jobId = New-Object -TypeName 'System.Collections.Generic.List[string]'
        $parameter = @{}
        if ($Force) { $parameter.force = $true }
        if ($PSBoundParameters.ContainsKey('TimeoutSeconds')) { $parameter.timeoutSeconds = $TimeoutSeconds }
    }
    process {
        $target = @(Resolve-ContainerTarget -Cmdlet $PSCmdlet -Name $Name -Id $Id -InputObject $InputObject | Where-Object { $PSCmdlet.ShouldProcess($_.Label, $script:Strings.StopContainer) })
        if ($AsJob) {
            foreach ($item in $target) { $jobId.Add($item.Reference) }
            return
        }
        foreach ($result in Invoke-EngineItem -Cmdlet $PSCmdlet -Method 'container/stop' -Target $target -Parameter $parameter) {
            $text = if ($result.Changed) { $script:Strings.ContainerStopped -f $result.Container.Name, $result.StopReason, $result.DurationMilliseconds } else { $script:Strings.ContainerDoesNotRun -f $result.Container.Name }
            Write-Verbose -Message $text
            if ($PassThru) { ConvertTo-SiloContainer -Record $result.Container -Method 'container/stop' }
        }
    }
    end {
        if ($AsJob) { ConvertTo-CommandJob -Cmdlet $PSCmdlet -Id $jobId }
    }
}
