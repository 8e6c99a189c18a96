function Exit-ContainerHostConnection {
    <#
    .SYNOPSIS
    Goes back from another host to what was used before.
    .DESCRIPTION
    Ends what Enter-ContainerHostConnection began. The connection stays, and so do containers; where none was entered,
    nothing is done.
    .EXAMPLE
    Exit-ContainerHostConnection

    Commands ask this host again.
    .EXAMPLE
    Enter-ContainerHostConnection -Name web; try { Get-Container } finally { Exit-ContainerHostConnection }

    Uses another host for a while.
    .OUTPUTS
    None
    .LINK
    Enter-ContainerHostConnection
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType([void])]
    param()
    begin { . Import-CallerPreference }
    process {
        if ($script:Entered.Count -eq 0) { Write-Verbose -Message $script:Strings.NothingEntered; return }
        $last = $script:Entered.Count - 1
        if (-not $PSCmdlet.ShouldProcess($script:Entered[$last].Name, $script:Strings.ExitConnection)) { return }
        $script:Entered.RemoveAt($last)
        $now = Resolve-HostConnection
        foreach ($one in $script:Connection) { $one.Entered = [object]::ReferenceEquals($one, $now) }
    }
}
