function Enter-ContainerSession {
    <#
    .SYNOPSIS
    Starts a shell, or another program, in a running container and joins this terminal to it.
    .DESCRIPTION
    Starts a further process with a terminal in a running container: the first shell that is there, or -FilePath.
    What is typed goes to it, Ctrl+C too, and it has the size of this terminal. Ctrl+P Ctrl+Q leaves it running;
    Get-ContainerProcess shows it then. Where input or output is redirected there is no terminal, and
    Invoke-ContainerCommand does what is needed. A connection through a PSSession carries no terminal; one over ssh does.
    .PARAMETER Name
    Name of the container.
    .PARAMETER Id
    Id of the container, 64 hex digits or the beginning of one.
    .PARAMETER InputObject
    The container, as Get-Container gives it.
    .PARAMETER FilePath
    Program to start; the first of bash and sh that the container has where left out (pwsh, powershell and cmd in a
    Windows container).
    .PARAMETER ArgumentList
    Its arguments, each as it is: no shell reads them.
    .PARAMETER Environment
    Variables added to those of the container.
    .PARAMETER User
    user[:group]; the user of the container where left out.
    .PARAMETER WorkingDirectory
    Absolute path in the container.
    .PARAMETER PassThru
    Gives the exit code.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Enter-ContainerSession -Name web

    Opens a shell in the container web. Needs a terminal.
    .EXAMPLE
    Get-Container -Name db | Enter-ContainerSession -FilePath psql -ArgumentList '-d', 'shop' -User postgres

    Opens the client of a database in its container. Needs a terminal.
    .INPUTS
    System.String, Silo.Container
    .OUTPUTS
    None, or System.Int32 with -PassThru
    .LINK
    Invoke-ContainerCommand
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'Name', SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType([int])]
    param(
        [Parameter(Mandatory = $true, Position = 0, ParameterSetName = 'Name', ValueFromPipeline = $true)]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind Container -Word $args[0] -Bound $args[1] } $args[2] $args[4] })]
        [ValidateNotNullOrEmpty()]
        [string] $Name,

        [Parameter(Mandatory = $true, ParameterSetName = 'Id', ValueFromPipelineByPropertyName = $true)]
        [Alias('ContainerId')]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind ContainerId -Word $args[0] -Bound $args[1] } $args[2] $args[4] })]
        [ValidateNotNullOrEmpty()]
        [string] $Id,

        [Parameter(Mandatory = $true, ParameterSetName = 'InputObject', ValueFromPipeline = $true)]
        [PSTypeName('Silo.Container')]
        [ValidateNotNull()]
        [psobject] $InputObject,

        [Parameter(Position = 1)]
        [ValidateNotNullOrEmpty()]
        [string] $FilePath,

        [Parameter(Position = 2)]
        [ValidateNotNull()]
        [string[]] $ArgumentList = @(),

        [ValidateNotNull()]
        [System.Collections.IDictionary] $Environment,

        [string] $User,

        [string] $WorkingDirectory,

        [switch] $PassThru,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin {
        . Import-CallerPreference
        $connection = Resolve-HostConnection -Cmdlet $PSCmdlet
        if ($null -ne $connection -and $connection.Carrier -eq 'Session') { Exit-SiloCommand -Cmdlet $PSCmdlet -Code 'HostSessionWithoutTerminal' -Argument @{ host = $connection.HostName } -Target $connection.Name }
        if ($ArgumentList.Count -gt 0 -and -not $FilePath) { Exit-SiloCommand -Cmdlet $PSCmdlet -Code 'ParameterInvalid' -Argument @{ parameter = 'ArgumentList'; reason = $script:Strings.ArgumentWithoutFile } }
    }
    process {
        foreach ($target in @(Resolve-ContainerTarget -Cmdlet $PSCmdlet -Name $Name -Id $Id -InputObject $InputObject)) {
            if (-not $PSCmdlet.ShouldProcess($target.Label, $script:Strings.EnterSession)) { continue }
            # What can be known before the terminal is given away is told as an error.
            $found = Invoke-Engine -Cmdlet $PSCmdlet -Method 'container/list' -Parameter @{ containers = @($target.Reference) }
            if ($null -eq $found) { continue }
            $container = $found.Items[0]
            if ($container.State -ne 'Running') {
                $PSCmdlet.WriteError((ConvertTo-SiloErrorRecord -Code 'ContainerNotRunning' -Argument @{ id = $container.Name; state = $container.State.ToLowerInvariant() } -Target $container.Id))
                continue
            }
            if ([Console]::IsInputRedirected -or [Console]::IsOutputRedirected) {
                $PSCmdlet.WriteError((ConvertTo-SiloErrorRecord -Code 'ParameterInvalid' -Argument @{ parameter = 'Name'; reason = $script:Strings.NoTerminal } -Target $target.Label))
                continue
            }
            $word = @('session', $container.Id)
            if ($User) { $word += "--user=$User" }
            if ($WorkingDirectory) { $word += "--working-directory=$WorkingDirectory" }
            if ($Environment) { foreach ($pair in ConvertTo-NameValue -Dictionary $Environment) { $word += "--environment=$($pair.name)=$($pair.value)" } }
            if ($FilePath) { $word += @('--', $FilePath) + $ArgumentList }
            $exitCode = Invoke-SiloTerminal -Cmdlet $PSCmdlet -Argument $word
            if ($PassThru) { $exitCode }
        }
    }
}
