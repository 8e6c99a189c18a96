function Set-Isolation {
    <#
    .SYNOPSIS
    Sets the isolation of containers, or the default of this host.
    .DESCRIPTION
    Process isolation shares the kernel of the host; HyperV runs the container in a utility VM with a kernel of
    its own; Auto lets the engine choose. A container must be stopped, and keeps what it wrote to its file
    system: where the other isolation keeps files in another form, they are carried over, or the change is
    refused with the error IsolationChangeUnsupported. An isolation that this host lacks is IsolationUnsupported, one
    that the image does not run with ImagePlatformMismatch; both say why.

    The default of the host is changed only with -Default. New containers take it, and for Auto it comes first;
    where it is HyperV, Auto never falls back to process isolation.
    .PARAMETER Isolation
    Auto, Process or HyperV.
    .PARAMETER Name
    Names of containers. Wildcards are allowed; a wildcard that matches nothing is no error. The
    beginning of an id is no name: that goes to -Id.
    .PARAMETER Id
    Ids of containers, 64 hex digits or the beginning of one.
    .PARAMETER InputObject
    Containers, as Get-Container gives them.
    .PARAMETER Default
    Sets the default of the host.
    .PARAMETER PassThru
    Gives the isolation as it is afterwards.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Set-Isolation HyperV -Name web

    Makes the container web run in a utility VM from its next start on. Needs a host with Hyper-V isolation.
    .EXAMPLE
    Get-Container -State Exited | Set-Isolation -Isolation Process -PassThru

    Sets every container that has ended to process isolation, and shows the outcome.
    .EXAMPLE
    Set-Isolation -Isolation Auto -Default

    Lets the engine choose again for containers that are set to Auto.
    .INPUTS
    System.String, Silo.Container
    .OUTPUTS
    None, or Silo.Isolation with -PassThru
    .LINK
    Get-Isolation
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'Name', SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType('Silo.Isolation')]
    param(
        [Parameter(Mandatory = $true, Position = 0)]
        [ValidateSet('Auto', 'Process', 'HyperV')]
        [string] $Isolation,

        [Parameter(Mandatory = $true, Position = 1, ParameterSetName = 'Name', ValueFromPipeline = $true)]
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

        [Parameter(Mandatory = $true, ParameterSetName = 'Default')]
        [switch] $Default,

        [switch] $PassThru,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin {
        . Import-CallerPreference
        $action = $script:Strings.SetIsolation -f $Isolation
        $parameter = @{ isolation = $Isolation }
    }
    process {
        $results = if ($PSCmdlet.ParameterSetName -eq 'Default') {
            # -Default:$false must not change the host either.
            if ($Default -and $PSCmdlet.ShouldProcess($script:Strings.ThisHost, $action)) { Invoke-Engine -Cmdlet $PSCmdlet -Method 'isolation/set' -Parameter ($parameter + @{ default = $true }) }
        } else {
            $target = @(Resolve-ContainerTarget -Cmdlet $PSCmdlet -Name $Name -Id $Id -InputObject $InputObject | Where-Object { $PSCmdlet.ShouldProcess($_.Label, $action) })
            Invoke-EngineItem -Cmdlet $PSCmdlet -Method 'isolation/set' -Target $target -Parameter $parameter
        }
        foreach ($result in $results) { if ($result.Warning) { Write-Warning -Message $result.Warning } }
        if ($PassThru -and $null -ne $results) { ConvertTo-SiloObject -TypeName 'Silo.Isolation' -Method 'isolation/set' -Record $results }
    }
}
