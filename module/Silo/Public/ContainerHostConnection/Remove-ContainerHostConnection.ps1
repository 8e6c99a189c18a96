function Remove-ContainerHostConnection {
    <#
    .SYNOPSIS
    Ends connections to other hosts.
    .DESCRIPTION
    The engine there ends; containers, their output and their exit codes go on without it. A connection that was
    entered is left as well. A PSSession stays, and is free again.
    .PARAMETER Name
    Names of connections. Wildcards are allowed.
    .PARAMETER InputObject
    Connections, as Get-ContainerHostConnection gives them.
    .PARAMETER Force
    A connection that is not there is no error.
    .EXAMPLE
    Remove-ContainerHostConnection -Name web

    Ends one connection.
    .EXAMPLE
    Get-ContainerHostConnection | Remove-ContainerHostConnection

    Ends all connections.
    .INPUTS
    Silo.ContainerHostConnection
    .OUTPUTS
    None
    .LINK
    New-ContainerHostConnection
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'Name', SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType([void])]
    param(
        [Parameter(Mandatory = $true, Position = 0, ParameterSetName = 'Name')]
        [SupportsWildcards()]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNullOrEmpty()]
        [string[]] $Name,

        [Parameter(Mandatory = $true, ParameterSetName = 'InputObject', ValueFromPipeline = $true)]
        [PSTypeName('Silo.ContainerHostConnection')]
        [ValidateNotNull()]
        [psobject[]] $InputObject,

        [switch] $Force
    )
    begin { . Import-CallerPreference }
    process {
        foreach ($connection in @(Resolve-ConnectionTarget -Cmdlet $PSCmdlet -Name $Name -InputObject $InputObject -Force:$Force)) {
            if (-not $PSCmdlet.ShouldProcess($connection.Name, $script:Strings.RemoveConnection)) { continue }
            $script:Connection.Remove($connection)
            while ($script:Entered.Contains($connection)) { $script:Entered.Remove($connection) }
            $script:HostMemory.Remove($connection.Name)
            $engine = $script:RemoteEngine[$connection.Id]
            if ($null -ne $engine) {
                Close-Engine -Engine $engine
                # The session is somebody else's next, who wants it free.
                if ($engine.BySession) { [void] $engine.Process.WaitForExit(5000) }
            }
            $script:HostSession.Remove($connection.Id)
            $now = Resolve-HostConnection
            foreach ($one in $script:Connection) { $one.Entered = [object]::ReferenceEquals($one, $now) }
        }
    }
}
