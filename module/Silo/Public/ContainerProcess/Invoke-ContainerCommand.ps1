function Invoke-ContainerCommand {
    <#
    .SYNOPSIS
    Runs a command in running containers and gives its output.
    .DESCRIPTION
    Runs a further process, waits for its end, and gives what it writes to standard output line by line as text;
    what it writes to standard error goes to the information stream, tagged stderr. An exit code other than 0 is
    the error ContainerExitedNonZero, which ends nothing. -AsByteStream and -OutFile take standard output as it is,
    byte for byte and of any size: the log of the process is not turned over until all of it has been taken.
    .PARAMETER Name
    Names of containers. Wildcards are allowed; a wildcard that matches nothing is no error. The
    beginning of an id is no name: that goes to -Id.
    .PARAMETER Id
    Ids of containers, 64 hex digits or the beginning of one.
    .PARAMETER InputObject
    Containers, as Get-Container gives them.
    .PARAMETER FilePath
    The command: a file in the container.
    .PARAMETER ArgumentList
    Its arguments, each as it is: no shell reads them.
    .PARAMETER Environment
    Variables, added to the container's environment.
    .PARAMETER User
    user[:group]; the user of the container where left out.
    .PARAMETER WorkingDirectory
    Folder in the container in which the command starts.
    .PARAMETER StandardInput
    What the process reads from its standard input: text, in UTF-8, or bytes as they are. Where the container is named by
    a parameter it may come down the pipeline, a line each, and the process reads all of it.
    .PARAMETER TimeoutSeconds
    Most seconds to wait; -1, the default, waits for ever. Then the error OperationTimedOut is written.
    .PARAMETER AsByteStream
    Gives standard output as arrays of bytes in place of lines, without changing anything in it.
    .PARAMETER OutFile
    File of this host for standard output, byte for byte. It is there only once all has been written: a command
    that is stopped or fails leaves none, and one that ends with an exit code other than 0 leaves what it wrote.
    .PARAMETER Force
    Replaces a file that is there.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Invoke-ContainerCommand -Name web -FilePath cat -ArgumentList /etc/os-release

    Shows a file of the container.
    .EXAMPLE
    Get-Container -State Running | Invoke-ContainerCommand -FilePath df -ArgumentList '-h', '/'

    Runs a command in every container that runs; Invoke-ContainerCommand goes on where it fails in one.
    .EXAMPLE
    Invoke-ContainerCommand -Name web -FilePath tar -ArgumentList '-c', '/etc' -OutFile ./etc.tar

    Writes what tar gives to a file, byte for byte.
    .EXAMPLE
    'b', 'a' | Invoke-ContainerCommand -Name web -FilePath sort

    Gives a command lines to read, and takes the lines that it writes.
    .INPUTS
    System.String, Silo.Container; text and bytes for standard input where the container is named by a parameter
    .OUTPUTS
    System.String; System.Byte[] with -AsByteStream; none with -OutFile
    .LINK
    Start-ContainerProcess
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'Name', SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType([string], [byte[]])]
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

        [ValidateRange(-1, [int]::MaxValue)]
        [int] $TimeoutSeconds = -1,

        [switch] $AsByteStream,

        [ValidateNotNullOrEmpty()]
        [string] $OutFile,

        [switch] $Force,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin {
        . Import-CallerPreference
        $parameter = ConvertTo-ProcessParameter -FilePath $FilePath -ArgumentList $ArgumentList -Bound $PSBoundParameters
        $parameter.timeoutSeconds = $TimeoutSeconds
        if ($AsByteStream -and $OutFile) { Exit-SiloCommand -Cmdlet $PSCmdlet -Code 'ParameterInvalid' -Argument @{ parameter = 'AsByteStream'; reason = $script:Strings.BytesOrFile } -Target $OutFile }
        $file = if ($OutFile) { Resolve-OutputFile -Cmdlet $PSCmdlet -Path $OutFile -Force:$Force }
        $taken = @{}
        $piped = Get-PipedInput -Bound $PSBoundParameters -ExpectingInput $MyInvocation.ExpectingInput
        $run = {
            foreach ($target in @(Resolve-ContainerTarget -Cmdlet $PSCmdlet -Name $Name -Id $Id -InputObject $InputObject)) {
                if (-not $PSCmdlet.ShouldProcess($target.Label, $script:Strings.StartProcess -f $FilePath)) { continue }
                $result = $null
                $request = @{ Cmdlet = $PSCmdlet; Method = 'process/run'; Parameter = $parameter + @{ container = $target.Reference }; ResultVariable = [ref] $result }
                if ($file) {
                    if ($taken.Count -gt 0) { Exit-SiloCommand -Cmdlet $PSCmdlet -Code 'ParameterInvalid' -Argument @{ parameter = 'OutFile'; reason = $script:Strings.OneFileEach } -Target $target.Label }
                    $taken[$file] = $target.Label
                    Save-ContainerOutput @request -Path $file
                } else {
                    Receive-ContainerOutput @request -AsByteStream:$AsByteStream
                }
                if ($null -eq $result) { continue }
                $process = ConvertTo-SiloProcess -Record $result.Process -Method 'process/run'
                if ($process.ExitCode -ne 0) { $PSCmdlet.WriteError((ConvertTo-SiloErrorRecord -Code 'ContainerExitedNonZero' -Argument @{ subject = $script:Strings.CommandInContainer -f $FilePath, $target.Label; exitCode = $process.ExitCode } -Target $process)) }
            }
        }
    }
    process {
        if ($null -ne $piped) { $piped.Add($StandardInput) } else { & $run }
    }
    end {
        if ($null -eq $piped) { return }
        $parameter.input = ConvertTo-ProcessInput -Item $piped.ToArray() -Piped
        & $run
    }
}
