function Disconnect-ContainerRegistry {
    <#
    .SYNOPSIS
    Logs out from registries.
    .DESCRIPTION
    Forgets what Connect-ContainerRegistry was given, also where a credential helper keeps it. A registry that
    nobody logged in to is no error.
    .PARAMETER Registry
    Registries.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Disconnect-ContainerRegistry -Registry registry.example

    Logs out.
    .EXAMPLE
    'ghcr.io', 'docker.io' | Disconnect-ContainerRegistry

    Logs out from two registries.
    .INPUTS
    System.String, Silo.ContainerRegistry
    .OUTPUTS
    None
    .LINK
    Connect-ContainerRegistry
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType([void])]
    param(
        [Parameter(Mandatory = $true, Position = 0, ValueFromPipeline = $true, ValueFromPipelineByPropertyName = $true)]
        [ValidateNotNullOrEmpty()]
        [string[]] $Registry,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin { . Import-CallerPreference }
    process {
        foreach ($item in $Registry) {
            if (-not $PSCmdlet.ShouldProcess($item, $script:Strings.DisconnectRegistry)) { continue }
            $wasKnown = (Get-HostMemory).Credential.ContainsKey($item)
            (Get-HostMemory).Credential.Remove($item)
            $result = Invoke-Engine -Cmdlet $PSCmdlet -Method 'registry/disconnect' -Parameter @{ registry = $item }
            if ($null -ne $result -and -not $result.Removed -and -not $wasKnown) { Write-Verbose -Message ($script:Strings.NotLoggedIn -f $item) }
        }
    }
}
