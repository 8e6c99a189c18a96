function Show-ContainerHost {
    <#
    .SYNOPSIS
    Shows containers, networks, images and what is used as a page in the browser.
    .DESCRIPTION
    Opens a page that shows containers with their networks and published ports as a graph, what running containers use as lines, and
    images with their layers, each layer once. The command serves the page on this machine alone, to the browser that opens its address first,
    and keeps it up to date until Ctrl+C. The page asks nothing of other machines.

    With -Path it saves the page as one file, which shows the moment at which it was saved, and says so. Environment variables
    and command lines of containers are not in it; names, labels, addresses and images are.
    .PARAMETER Path
    File to write, in place of opening the page.
    .PARAMETER Force
    Replaces a file that is there.
    .PARAMETER IntervalSeconds
    Seconds between two looks of the page; 2 by default.
    .PARAMETER TimeoutSeconds
    Seconds for which the page is served; -1, the default, is until Ctrl+C.
    .PARAMETER NoBrowser
    Opens no browser: the address is written as a warning, or given with -PassThru. It can be opened once, on this machine or through a
    tunnel to it.
    .PARAMETER PassThru
    Gives an object with the address, or with the path and the size of the file.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host. The page itself is made on this machine.
    .EXAMPLE
    Show-ContainerHost -Path ./host.html -Force

    Saves a page that shows this moment.
    .EXAMPLE
    Show-ContainerHost -NoBrowser -TimeoutSeconds 5 -WarningAction SilentlyContinue

    Serves the page for five seconds. Without -NoBrowser and -TimeoutSeconds it opens in the browser, and is served until Ctrl+C.
    .OUTPUTS
    None, or Silo.ContainerHostPage with -PassThru
    .LINK
    Get-ContainerHost
    .LINK
    Measure-Container
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'Live', SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType('Silo.ContainerHostPage')]
    param(
        [Parameter(Mandatory = $true, Position = 0, ParameterSetName = 'Saved')]
        [ValidateNotNullOrEmpty()]
        [string] $Path,

        [Parameter(ParameterSetName = 'Saved')]
        [switch] $Force,

        [Parameter(ParameterSetName = 'Live')]
        [ValidateRange(0.5, 3600)]
        [double] $IntervalSeconds = 2,

        [Parameter(ParameterSetName = 'Live')]
        [ValidateRange(-1, 2147483)]
        [int] $TimeoutSeconds = -1,

        [Parameter(ParameterSetName = 'Live')]
        [switch] $NoBrowser,

        [switch] $PassThru,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin { . Import-CallerPreference }
    process {
        $place = if ($siloHost) { $siloHost } else { $script:Strings.TheHost }
        if ($PSCmdlet.ParameterSetName -eq 'Saved') {
            $file = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($Path)
            if (-not $PSCmdlet.ShouldProcess($place, ($script:Strings.SaveHostPage -f $file))) { return }
            Save-HostPage -Cmdlet $PSCmdlet -Path $file -Force:$Force -PassThru:$PassThru
            return
        }
        if (-not $PSCmdlet.ShouldProcess($place, $script:Strings.ShowHostPage)) { return }
        $server = $null
        try {
            # Before anything is opened: a host that does not answer has nothing to show.
            $picture = Get-HostPicture -Cmdlet $PSCmdlet -IntervalSeconds $IntervalSeconds
            if ($null -eq $picture) { return }
            $server = Open-PageServer
            if ($PassThru) { [pscustomobject] @{ PSTypeName = 'Silo.ContainerHostPage'; Uri = $server.Uri; Path = $null; SizeBytes = $null } }
            if (($NoBrowser -or -not (Open-Browser -Uri $server.Uri)) -and -not $PassThru) { Write-Warning -Message ($script:Strings.HostPageAddress -f $server.Uri) }
            Write-Progress -Activity $script:Strings.ShowHostPage -Status $script:Strings.HostPageServed
            $until = if ($TimeoutSeconds -ge 0) { [datetime]::UtcNow.AddSeconds($TimeoutSeconds) } else { [datetime]::MaxValue }
            while ([datetime]::UtcNow -lt $until) {
                $request = Read-PageRequest -Server $server -WaitMilliseconds 100
                if ($null -ne $request) { Complete-PageRequest -Cmdlet $PSCmdlet -Server $server -Request $request -IntervalSeconds $IntervalSeconds }
            }
        } finally {
            if ($null -ne $server) {
                Close-PageServer -Server $server
                Write-Progress -Activity $script:Strings.ShowHostPage -Completed
            }
        }
    }
}
