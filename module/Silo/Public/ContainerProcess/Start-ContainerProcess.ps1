function Start-ContainerProcess {
    <#
    .SYNOPSIS
    Starts a further process in a running container.
    .DESCRIPTION
    Returns at once with an object that describes the process, as Start-Process -PassThru does; Get-ContainerLog
    shows what it writes. With -Wait it returns when the process has ended, and ExitCode, StdOut and StdErr
    are filled.
    .PARAMETER Name
    Names of containers. Wildcards are allowed. The beginning of an id is no name: that goes to -Id.
    .PARAMETER Id
    Id of a container.
    .PARAMETER InputObject
    Containers, as Get-Container gives them.
    .PARAMETER FilePath
    Program in the container.
    .PARAMETER ArgumentList
    Its arguments, each as it is: no shell reads them, nothing needs quoting.
    .PARAMETER Environment
    Variables, added to the container's environment.
    .PARAMETER User
    user[:group], names or numbers; the container's user where left out.
    .PARAMETER WorkingDirectory
    Folder in which the process starts.
    .PARAMETER StandardInput
    What the process reads from its standard input: text, in UTF-8, or bytes as they are. Where the container is named by
    a parameter it may come down the pipeline, a line each, and the process reads all of it.
    .PARAMETER Wait
    Waits for the end of the process.
    .PARAMETER TimeoutSeconds
    With -Wait, most seconds that the process may run; -1, the default, lets it run for ever.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Start-ContainerProcess -Name web -FilePath nginx -ArgumentList '-s', 'reload' -Wait

    Runs a command and shows how it ended.
    .EXAMPLE
    $process = Start-ContainerProcess -Name web -FilePath top -ArgumentList '-b'
    Get-ContainerLog -Name web -ProcessId $process.Id -Tail 5

    Starts a process that goes on, and looks at what it writes.
    .EXAMPLE
    (Start-ContainerProcess web sh -ArgumentList '-c', 'ls -l /tmp' -Wait).StdOut

    Shows the output of a shell command.
    .EXAMPLE
    'one', 'two' | Start-ContainerProcess -Name web -FilePath wc -ArgumentList '-l' -Wait

    Gives a process lines to read.
    .INPUTS
    System.String, Silo.Container; text and bytes for standard input where the container is named by a parameter
    .OUTPUTS
    Silo.ContainerProcess
    .LINK
    Get-ContainerLog
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'Name', SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType('Silo.ContainerProcess')]
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

        [Parameter(Mandatory = $true, Position = 1)]
        [ValidateNotNullOrEmpty()]
        [string] $FilePath,

        [Parameter(Position = 2)]
        [ValidateNotNull()]
        [string[]] $ArgumentList = @(),

        [ValidateNotNull()]
        [System.Collections.IDictionary] $Environment,

        [string] $User,

        [string] $WorkingDirectory,

        [Parameter(ValueFromPipeline = $true)]
        [AllowNull()]
        [AllowEmptyString()]
        [psobject] $StandardInput,

        [switch] $Wait,

        [ValidateRange(-1, [int]::MaxValue)]
        [int] $TimeoutSeconds = -1,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin {
        . Import-CallerPreference
        $parameter = ConvertTo-ProcessParameter -FilePath $FilePath -ArgumentList $ArgumentList -Bound $PSBoundParameters
        $piped = Get-PipedInput -Bound $PSBoundParameters -ExpectingInput $MyInvocation.ExpectingInput
        $start = {
            if (-not $Wait) {
                $target = @(Resolve-ContainerTarget -Cmdlet $PSCmdlet -Name $Name -Id $Id -InputObject $InputObject | Where-Object { $PSCmdlet.ShouldProcess($_.Label, $script:Strings.StartProcess -f $FilePath) })
                foreach ($result in Invoke-EngineItem -Cmdlet $PSCmdlet -Method 'process/start' -Target $target -Parameter $parameter) {
                    ConvertTo-SiloProcess -Record $result.Process -Method 'process/start'
                }
                return
            }
            foreach ($target in @(Resolve-ContainerTarget -Cmdlet $PSCmdlet -Name $Name -Id $Id -InputObject $InputObject)) {
                if (-not $PSCmdlet.ShouldProcess($target.Label, $script:Strings.StartProcess -f $FilePath)) { continue }
                $output = Get-OutputText
                $result = $null
                Receive-ContainerOutput -Cmdlet $PSCmdlet -Method 'process/run' -Parameter ($parameter + @{ container = $target.Reference; timeoutSeconds = $TimeoutSeconds }) -Output $output -ResultVariable ([ref] $result)
                if ($null -ne $result) { ConvertTo-SiloProcess -Record $result.Process -Method 'process/run' -Output $output }
            }
        }
    }
    process {
        if ($null -ne $piped) { $piped.Add($StandardInput) } else { & $start }
    }
    end {
        if ($null -eq $piped) { return }
        $parameter.input = ConvertTo-ProcessInput -Item $piped.ToArray() -Piped
        & $start
    }
}
