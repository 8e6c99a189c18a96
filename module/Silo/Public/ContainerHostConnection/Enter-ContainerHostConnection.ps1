function Enter-ContainerHostConnection {
    <#
    .SYNOPSIS
    Has the commands of this session use the engine of another host.
    .DESCRIPTION
    From now on commands that are not given -HostConnection ask the host of this connection, and completion offers its
    names. Exit-ContainerHostConnection goes back to what was used before; connections may be entered within each other. -HostConnection .
    means this host all the while.
    .PARAMETER Name
    Name of a connection.
    .PARAMETER InputObject
    A connection, as New-ContainerHostConnection gives it.
    .EXAMPLE
    Enter-ContainerHostConnection -Name web; Get-Container; Exit-ContainerHostConnection

    Shows the containers of another host.
    .EXAMPLE
    New-ContainerHostConnection -HostName web1.example | Enter-ContainerHostConnection

    Connects to a host and uses it.
    .INPUTS
    Silo.ContainerHostConnection
    .OUTPUTS
    None
    .LINK
    Exit-ContainerHostConnection
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'Name', SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType([void])]
    param(
        [Parameter(Mandatory = $true, Position = 0, ParameterSetName = 'Name')]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNullOrEmpty()]
        [string] $Name,

        [Parameter(Mandatory = $true, ParameterSetName = 'InputObject', ValueFromPipeline = $true)]
        [PSTypeName('Silo.ContainerHostConnection')]
        [ValidateNotNull()]
        [psobject] $InputObject
    )
    begin { . Import-CallerPreference }
    process {
        foreach ($connection in @(Resolve-ConnectionTarget -Cmdlet $PSCmdlet -Name $Name -InputObject $InputObject)) {
            if (-not $PSCmdlet.ShouldProcess($connection.Name, $script:Strings.EnterConnection)) { continue }
            [void] $script:Entered.Add($connection)
            foreach ($one in $script:Connection) { $one.Entered = [object]::ReferenceEquals($one, $connection) }
        }
    }
}
