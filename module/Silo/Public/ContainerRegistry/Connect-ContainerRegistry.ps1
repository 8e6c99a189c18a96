function Connect-ContainerRegistry {
    <#
    .SYNOPSIS
    Logs in to a registry.
    .DESCRIPTION
    Checks a name and a password, or token, with the registry, and keeps them: with the credential helper
    that Docker's config.json names, or else for as long as this session lasts. They are never written in clear.
    .PARAMETER Registry
    Registry, for example registry.example:5000, or docker.io.
    .PARAMETER Credential
    Name and password, or token.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Connect-ContainerRegistry -Registry registry.example -Credential (Get-Credential)

    Logs in, and asks for name and password.
    .EXAMPLE
    $token = ConvertTo-SecureString -String $env:REGISTRY_TOKEN -AsPlainText -Force
    Connect-ContainerRegistry -Registry ghcr.io -Credential ([pscredential]::new('me', $token))

    Logs in with a token.
    .OUTPUTS
    Silo.ContainerRegistry
    .LINK
    Disconnect-ContainerRegistry
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType('Silo.ContainerRegistry')]
    param(
        [Parameter(Mandatory = $true, Position = 0)]
        [ValidateNotNullOrEmpty()]
        [string] $Registry,

        [Parameter(Mandatory = $true, Position = 1)]
        [ValidateNotNull()]
        [System.Management.Automation.PSCredential]
        [System.Management.Automation.Credential()]
        $Credential,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin { . Import-CallerPreference }
    process {
        if (-not $PSCmdlet.ShouldProcess($Registry, $script:Strings.ConnectRegistry -f $Credential.UserName)) { return }
        $result = Invoke-Engine -Cmdlet $PSCmdlet -Method 'registry/connect' -Parameter @{ registry = $Registry; credential = ConvertTo-WireCredential -Credential $Credential }
        if ($null -eq $result) { return }
        if ($result.Kept -eq 'Engine') {
            # An engine ends after five idle minutes; a login is meant to last longer.
            (Get-HostMemory).Credential[$result.Registry] = $Credential
            $engine = Get-CurrentEngine -Connection (Resolve-HostConnection -Cmdlet $PSCmdlet)
            if ($null -ne $engine) { $engine.LoggedIn = $true }
        }
        ConvertTo-SiloObject -TypeName 'Silo.ContainerRegistry' -Method 'registry/connect' -Record $result
    }
}
