function Start-Container {
    <#
    .SYNOPSIS
    Starts containers.
    .DESCRIPTION
    Starts each container and returns as soon as its process runs. A container that runs already is left as
    it is, so the command may be repeated.
    .PARAMETER Name
    Names of containers. Wildcards are allowed; a wildcard that matches nothing is no error. The
    beginning of an id is no name: that goes to -Id.
    .PARAMETER Id
    Ids of containers, 64 hex digits or the beginning of one.
    .PARAMETER InputObject
    Containers, as Get-Container gives them.
    .PARAMETER PassThru
    Gives the container as it is afterwards.
    .PARAMETER AsJob
    Does the work in a background job and gives the job.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Start-Container -Name web

    Starts the container web.
    .EXAMPLE
    Get-Container -State Created | Start-Container -PassThru

    Starts every container that was never started, and shows them.
    .EXAMPLE
    Start-Container -Name web*, db -AsJob | Wait-Job | Receive-Job

    Starts many containers in the background and shows what went wrong, if anything did.
    .INPUTS
    System.String, Silo.Container
    .OUTPUTS
    None, or Silo.Container with -PassThru
    .LINK
    Stop-Container
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

        [switch] $PassThru,

        [switch] $AsJob,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin {
        . Import-CallerPreference
        $jobId = New-Object -TypeName 'System.Collections.Generic.List[string]'
    }
    process {
        $target = @(Resolve-ContainerTarget -Cmdlet $PSCmdlet -Name $Name -Id $Id -InputObject $InputObject | Where-Object { $PSCmdlet.ShouldProcess($_.Label, $script:Strings.StartContainer) })
        if ($AsJob) {
            foreach ($item in $target) { $jobId.Add($item.Reference) }
            return
        }
        foreach ($result in Invoke-EngineItem -Cmdlet $PSCmdlet -Method 'container/start' -Target $target) {
            if (-not $result.Changed) { Write-Verbose -Message ($script:Strings.ContainerRunsAlready -f $result.Container.Name) }
            if ($PassThru) { ConvertTo-SiloContainer -Record $result.Container -Method 'container/start' }
        }
    }
    end {
        if ($AsJob) { ConvertTo-CommandJob -Cmdlet $PSCmdlet -Id $jobId }
    }
}
