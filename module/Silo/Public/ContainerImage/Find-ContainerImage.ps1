function Find-ContainerImage {
    <#
    .SYNOPSIS
    Finds the repositories of a registry, the tags of a repository, or what refers to an image.
    .DESCRIPTION
    With a repository it gets the tags of that; without one, or with wildcards, the repositories of the
    registry. Docker Hub does not list its repositories. With -ReferrerOf it gets the signatures, SBOMs and
    other artifacts that refer to an image.
    .PARAMETER Repository
    Repositories, with or without their registry. With wildcards it chooses among the registry's repositories.
    .PARAMETER Registry
    Registry, for example registry.example:5000; that of the settings where left out.
    .PARAMETER Tag
    Only tags that match; wildcards are allowed.
    .PARAMETER ReferrerOf
    Image in its registry whose signatures, SBOMs and other artifacts are wanted.
    .PARAMETER Limit
    Most repositories or tags to ask for; 1000 where left out.
    .PARAMETER Credential
    Name and password, or token, for the registry. Where left out, what Connect-ContainerRegistry was given,
    what Docker's config.json names, or nobody's.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Find-ContainerImage -Repository nginx -Tag 1.2*

    Shows tags of a repository of Docker Hub.
    .EXAMPLE
    Find-ContainerImage -Registry registry.example:5000 -Repository team/*

    Shows the repositories of a team in a private registry.
    .EXAMPLE
    Find-ContainerImage -ReferrerOf registry.example/team/app:2.1

    Shows the signatures and SBOMs of an image.
    .INPUTS
    System.String
    .OUTPUTS
    Silo.RegistryImage, or Silo.RegistryReferrer with -ReferrerOf
    .LINK
    Request-ContainerImage
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'Repository')]
    [OutputType('Silo.RegistryImage', 'Silo.RegistryReferrer')]
    param(
        [Parameter(Position = 0, ParameterSetName = 'Repository', ValueFromPipeline = $true)]
        [SupportsWildcards()]
        [Alias('Name')]
        [ValidateNotNullOrEmpty()]
        [string[]] $Repository,

        [Parameter(ParameterSetName = 'Repository')]
        [ValidateNotNullOrEmpty()]
        [string] $Registry,

        [Parameter(ParameterSetName = 'Repository')]
        [SupportsWildcards()]
        [ValidateNotNullOrEmpty()]
        [string[]] $Tag,

        [Parameter(Mandatory = $true, ParameterSetName = 'ReferrerOf')]
        [ValidateNotNullOrEmpty()]
        [string] $ReferrerOf,

        [Parameter(ParameterSetName = 'Repository')]
        [ValidateRange(1, 10000)]
        [int] $Limit,

        [ValidateNotNull()]
        [System.Management.Automation.PSCredential]
        [System.Management.Automation.Credential()]
        $Credential,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin {
        . Import-CallerPreference
        $parameter = @{}
        if ($Registry) { $parameter.registry = $Registry }
        if ($PSBoundParameters.ContainsKey('Limit')) { $parameter.limit = $Limit }
        if ($Credential) { $parameter.credential = ConvertTo-WireCredential -Credential $Credential }
    }
    process {
        if ($ReferrerOf) {
            $result = Invoke-Engine -Cmdlet $PSCmdlet -Method 'image/referrers' -Parameter ($parameter + @{ reference = $ReferrerOf })
            if ($null -ne $result) { ConvertTo-SiloObject -TypeName 'Silo.RegistryReferrer' -Method 'image/referrers' -Record $result.Items }
            return
        }
        $pattern = @(foreach ($item in $Repository) { if ([WildcardPattern]::ContainsWildcardCharacters($item)) { $item } })
        foreach ($item in $Repository) {
            if ($item -in $pattern) { continue }
            $result = Invoke-Engine -Cmdlet $PSCmdlet -Method 'image/find' -Parameter ($parameter + @{ repository = $item })
            if ($null -eq $result) { continue }
            ConvertTo-SiloObject -TypeName 'Silo.RegistryImage' -Method 'image/find' -Record $result.Items |
                Where-Object { -not $Tag -or (Test-NameMatch -Name $_.Tag -Pattern $Tag) }
        }
        if ($Repository -and $pattern.Count -eq 0) { return }
        $result = Invoke-Engine -Cmdlet $PSCmdlet -Method 'image/find' -Parameter $parameter
        if ($null -eq $result) { return }
        ConvertTo-SiloObject -TypeName 'Silo.RegistryImage' -Method 'image/find' -Record $result.Items |
            Where-Object { $pattern.Count -eq 0 -or (Test-NameMatch -Name $_.Repository -Pattern $pattern) }
    }
}
