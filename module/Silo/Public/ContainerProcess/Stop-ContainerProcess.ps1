function Stop-ContainerProcess {
    <#
    .SYNOPSIS
    Stops further processes of containers.
    .DESCRIPTION
    Asks a process that Start-ContainerProcess started to end, and ends it when it has not done so in time. One
    that has ended is left as it is.
    .PARAMETER InputObject
    Processes, as Start-ContainerProcess and Get-ContainerProcess give them.
    .PARAMETER ContainerId
    Id of the container, or the beginning of one.
    .PARAMETER ProcessId
    Id of the process.
    .PARAMETER TimeoutSeconds
    Seconds between asking and ending; 10 by default.
    .PARAMETER Force
    Ends the process at once.
    .PARAMETER PassThru
    Gives the process as it is afterwards.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    $process = Start-ContainerProcess -Name web -FilePath tail -ArgumentList '-f', '/var/log/web'; Stop-ContainerProcess -InputObject $process

    Starts a process and ends it.
    .EXAMPLE
    Get-ContainerProcess -Name web -State Running | Stop-ContainerProcess -Force

    Ends every further process of the container web.
    .INPUTS
    Silo.ContainerProcess
    .OUTPUTS
    None, or Silo.ContainerProcess with -PassThru
    .LINK
    Start-ContainerProcess
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'InputObject', SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType('Silo.ContainerProcess')]
    param(
        [Parameter(Mandatory = $true, Position = 0, ParameterSetName = 'InputObject', ValueFromPipeline = $true)]
        [PSTypeName('Silo.ContainerProcess')]
        [ValidateNotNull()]
        [psobject[]] $InputObject,

        [Parameter(Mandatory = $true, ParameterSetName = 'Id', ValueFromPipelineByPropertyName = $true)]
        [ValidateNotNullOrEmpty()]
        [string] $ContainerId,

        [Parameter(Mandatory = $true, ParameterSetName = 'Id', ValueFromPipelineByPropertyName = $true)]
        [ValidateNotNullOrEmpty()]
        [string] $ProcessId,

        [ValidateRange(-1, [int]::MaxValue)]
        [int] $TimeoutSeconds,

        [switch] $Force,

        [switch] $PassThru,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin {
        . Import-CallerPreference
        $parameter = @{}
        if ($Force) { $parameter.force = $true }
        if ($PSBoundParameters.ContainsKey('TimeoutSeconds')) { $parameter.timeoutSeconds = $TimeoutSeconds }
    }
    process {
        $wanted = if ($PSCmdlet.ParameterSetName -eq 'Id') { @{ container = $ContainerId; process = $ProcessId } } else { foreach ($item in $InputObject) { if (Test-SameHost -Cmdlet $PSCmdlet -InputObject $item) { @{ container = $item.ContainerId; process = $item.Id } } } }
        foreach ($one in $wanted) {
            if (-not $PSCmdlet.ShouldProcess($one.process, $script:Strings.StopProcess)) { continue }
            $result = Invoke-Engine -Cmdlet $PSCmdlet -Method 'process/stop' -Parameter ($parameter + $one)
            if ($PassThru -and $null -ne $result) { ConvertTo-SiloProcess -Record $result.Process -Method 'process/stop' }
        }
    }
}
