function Save-ContainerHostDiagnostic {
    <#
    .SYNOPSIS
    Saves what somebody needs to find out what is wrong with a host, in a zip archive.
    .DESCRIPTION
    The archive holds versions, what Debug-ContainerHost finds, the log of engines and supervisor, settings, what lies in the state
    root, events, and facts of containers, images, networks, volumes and applications.

    It holds no secrets that Silo knows of: of containers neither the values of environments and labels nor the arguments of commands nor what they
    wrote; of settings no value whose name speaks of a secret; of the log nothing that looks like a password, a token or the user of
    an address. Look at it all the same before you give it away. The archive is written here, also where another host is asked.
    .PARAMETER Path
    Archive to write.
    .PARAMETER LogLineCount
    So many of the last lines of the log; 20000 by default.
    .PARAMETER Force
    Writes over a file that is there.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Save-ContainerHostDiagnostic -Path ./silo.zip

    Saves everything in silo.zip.
    .EXAMPLE
    Save-ContainerHostDiagnostic -Path ./silo.zip -LogLineCount 500 -Force

    Saves less of the log, over an older archive.
    .OUTPUTS
    System.IO.FileInfo
    .LINK
    Debug-ContainerHost
    .LINK
    Get-ContainerHostLog
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType([System.IO.FileInfo])]
    param(
        [Parameter(Mandatory = $true, Position = 0)]
        [ValidatePattern('\.zip$')]
        [string] $Path,

        [ValidateRange(0, 1000000)]
        [int] $LogLineCount = 20000,

        [switch] $Force,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin { . Import-CallerPreference }
    process {
        $file = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($Path)
        if (-not $PSCmdlet.ShouldProcess($file, $script:Strings.SaveDiagnostic)) { return }
        if (-not $Force -and (Test-Path -LiteralPath $file)) { Exit-SiloCommand -Cmdlet $PSCmdlet -Code 'PathExists' -Argument @{ path = $file } -Target $file }
        $folder = Join-Path -Path ([System.IO.Path]::GetTempPath()) -ChildPath "silo-diagnostic-$([guid]::NewGuid())"
        try {
            [void] (New-Item -Path $folder -ItemType Directory -Confirm:$false)
            $written = Write-HostDiagnostic -Cmdlet $PSCmdlet -Folder $folder -LogLineCount $LogLineCount
            if (-not $written) { return }
            Compress-Archive -Path (Join-Path -Path $folder -ChildPath '*') -DestinationPath $file -Force -Confirm:$false
            Get-Item -LiteralPath $file
        } finally {
            Remove-Item -LiteralPath $folder -Recurse -Force -Confirm:$false -ErrorAction Ignore
        }
    }
}
