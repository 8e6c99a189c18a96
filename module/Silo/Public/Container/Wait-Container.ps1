function Wait-Container {
    <#
    .SYNOPSIS
    Waits until containers have ended, run, are healthy or take connections.
    .DESCRIPTION
    Returns once every named container has ended; those that do not run any more are not waited for. With -For
    something else is waited for: one that ends meanwhile is the error ContainerNotRunning. The containers are
    waited for together, not one after the other.
    .PARAMETER Name
    Names of containers. Wildcards are allowed; a wildcard that matches nothing is no error. The
    beginning of an id is no name: that goes to -Id.
    .PARAMETER Id
    Ids of containers, 64 hex digits or the beginning of one.
    .PARAMETER InputObject
    Containers, as Get-Container gives them.
    .PARAMETER For
    Exit, the default; Running; Healthy, by the health check of the container; or Port, until the port of -Port takes
    connections from this host.
    .PARAMETER Port
    TCP port in the container; -For Port is understood.
    .PARAMETER TimeoutSeconds
    Most seconds to wait; -1, the default, waits for ever. Then an error is written: OperationTimedOut, or
    RunningTimedOut, HealthyTimedOut or PortTimedOut by what was waited for.
    .PARAMETER PassThru
    Gives the container as it is afterwards.
    .PARAMETER AsJob
    Does the work in a background job and gives the job.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Wait-Container -Name backup -TimeoutSeconds 3600

    Waits for at most an hour.
    .EXAMPLE
    (Start-Container -Name backup -PassThru | Wait-Container -PassThru).ExitCode

    Starts a container, waits for its end and shows its exit code.
    .EXAMPLE
    Start-Container -Name web; Wait-Container -Name web -Port 80 -TimeoutSeconds 30

    Starts a container and goes on when its server listens.
    .INPUTS
    System.String, Silo.Container
    .OUTPUTS
    None, or Silo.Container with -PassThru
    .LINK
    Start-Container
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'Name')]
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

        [ValidateSet('Exit', 'Running', 'Healthy', 'Port')]
        [string] $For,

        [ValidateRange(1, 65535)]
        [int] $Port,

        [ValidateRange(-1, [int]::MaxValue)]
        [int] $TimeoutSeconds = -1,

        [switch] $PassThru,

        [switch] $AsJob,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin {
        . Import-CallerPreference
        $parameter = @{ timeoutSeconds = $TimeoutSeconds }
        if ($For) { $parameter.for = $For }
        if ($PSBoundParameters.ContainsKey('Port')) {
            $parameter.port = $Port
            if (-not $For) { $parameter.for = 'Port' }
        }
        $jobId = New-Object -TypeName 'System.Collections.Generic.List[string]'
    }
    process {
        $target = @(Resolve-ContainerTarget -Cmdlet $PSCmdlet -Name $Name -Id $Id -InputObject $InputObject)
        if ($AsJob) {
            foreach ($item in $target) { $jobId.Add($item.Reference) }
            return
        }
        foreach ($result in Invoke-EngineItem -Cmdlet $PSCmdlet -Method 'container/wait' -Target $target -Parameter $parameter) {
            if ($PassThru) { ConvertTo-SiloContainer -Record $result.Container -Method 'container/wait' }
        }
    }
    end {
        if ($AsJob) { ConvertTo-CommandJob -Cmdlet $PSCmdlet -Id $jobId }
    }
}
