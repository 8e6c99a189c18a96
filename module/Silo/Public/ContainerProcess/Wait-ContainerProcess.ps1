function Wait-ContainerProcess {
    <#
    .SYNOPSIS
    Waits until further processes of containers have ended.
    .DESCRIPTION
    Returns once the processes that Start-ContainerProcess started have ended. The processes are waited for
    together, not one after the other.
    .PARAMETER InputObject
    Processes, as Start-ContainerProcess and Get-ContainerProcess give them.
    .PARAMETER ContainerId
    Id of the container, or the beginning of one.
    .PARAMETER ProcessId
    Id of the process.
    .PARAMETER TimeoutSeconds
    Most seconds to wait; -1, the default, waits for ever. Then the error OperationTimedOut is written.
    .PARAMETER PassThru
    Gives the process as it is afterwards.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    $process = Start-ContainerProcess -Name web -FilePath sleep -ArgumentList '10'; Wait-ContainerProcess -InputObject $process

    Starts a process and waits for its end.
    .EXAMPLE
    (Get-ContainerProcess -Name web -State Running | Wait-ContainerProcess -TimeoutSeconds 60 -PassThru).ExitCode

    Waits for every further process of the container web, and shows the exit codes.
    .INPUTS
    Silo.ContainerProcess
    .OUTPUTS
    None, or Silo.ContainerProcess with -PassThru
    .LINK
    Start-ContainerProcess
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'InputObject')]
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
        [int] $TimeoutSeconds = -1,

        [switch] $PassThru,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin {
        . Import-CallerPreference
        $wanted = New-Object -TypeName 'System.Collections.Generic.List[hashtable]'
    }
    process {
        if ($PSCmdlet.ParameterSetName -eq 'Id') { $wanted.Add(@{ container = $ContainerId; process = $ProcessId }) }
        else { foreach ($item in $InputObject) { if (Test-SameHost -Cmdlet $PSCmdlet -InputObject $item) { $wanted.Add(@{ container = $item.ContainerId; process = $item.Id }) } } }
    }
    end {
        # All are asked for before the first answer is waited for.
        $open = New-Object -TypeName System.Collections.Queue
        try {
            foreach ($one in $wanted) { $open.Enqueue((Open-EngineRequest -Cmdlet $PSCmdlet -Method 'process/wait' -Parameter ($one + @{ timeoutSeconds = $TimeoutSeconds }))) }
            while ($open.Count -gt 0) {
                $result = Receive-EngineAnswer -Request $open.Peek()
                Close-EngineRequest -Request $open.Dequeue()
                if ($PassThru -and $null -ne $result) { ConvertTo-SiloProcess -Record $result.Process -Method 'process/wait' }
            }
        } finally {
            foreach ($request in @($open)) { Close-EngineRequest -Request $request }
        }
    }
}
