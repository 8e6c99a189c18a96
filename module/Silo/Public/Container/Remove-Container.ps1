function Remove-Container {
    <#
    .SYNOPSIS
    Removes containers.
    .DESCRIPTION
    Removes each container with its writable layer, its log and its anonymous volumes. A running container is
    removed only with -Force.
    .PARAMETER Name
    Names of containers. Wildcards are allowed; a wildcard that matches nothing is no error. The
    beginning of an id is no name: that goes to -Id.
    .PARAMETER Id
    Ids of containers, 64 hex digits or the beginning of one.
    .PARAMETER InputObject
    Containers, as Get-Container gives them.
    .PARAMETER Force
    Ends a running container first. A container that is not there is no error then.
    .PARAMETER KeepVolume
    Leaves the anonymous volumes of the container.
    .PARAMETER AsJob
    Does the work in a background job and gives the job.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Remove-Container -Name web

    Removes the container web, which must not run.
    .EXAMPLE
    Get-Container -State Exited | Remove-Container -WhatIf

    Shows which containers would be removed.
    .EXAMPLE
    Remove-Container -Name build -Force

    Makes sure that there is no container build, whatever it was doing.
    .INPUTS
    System.String, Silo.Container
    .OUTPUTS
    None
    .LINK
    Get-Container
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'Name', SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType([void])]
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

        [switch] $Force,

        [switch] $KeepVolume,

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
        if ($KeepVolume) { $parameter.keepVolumes = $true }
    }
    process {
        $target = @(Resolve-ContainerTarget -Cmdlet $PSCmdlet -Name $Name -Id $Id -InputObject $InputObject | Where-Object { $PSCmdlet.ShouldProcess($_.Label, $script:Strings.RemoveContainer) })
        if ($AsJob) {
            foreach ($item in $target) { $jobId.Add($item.Reference) }
            return
        }
        foreach ($result in Invoke-EngineItem -Cmdlet $PSCmdlet -Method 'container/remove' -Target $target -Parameter $parameter) {
            if (-not $result.Removed) { Write-Verbose -Message $script:Strings.ContainerIsNotThere }
        }
    }
    end {
        if ($AsJob) { ConvertTo-CommandJob -Cmdlet $PSCmdlet -Id $jobId }
    }
}
