function Find-ContainerImage {
    <#
    .SYNOPSIS
    Finds the repositories of a registry, or the tags of a repository.
    .DESCRIPTION
    With a repository it gets the tags of that; without one, or with wildcards, the repositories of the
    registry. Docker Hub does not list its repositories.
    .PARAMETER Repository
    Repositories, with or without their registry. With wildcards it chooses among the registry's repositories.
    .PARAMETER Registry
    Registry, for example registry.example:5000; that of the settings where left out.
    .PARAMETER Tag
    Only tags that match; wildcards are allowed.
    .PARAMETER Limit
    Most repositories or tags to ask for; 1000 where left out.
    .PARAMETER Credential
    Name and password, or token, for the registry. Where left out, what Connect-ContainerRegistry was given,
    what Docker's config.json names, or nobody's.
    .EXAMPLE
    Find-ContainerImage -Repository nginx -Tag 1.2*

    Shows tags of a repository of Docker Hub.
    .EXAMPLE
    Find-ContainerImage -Registry registry.example:5000 -Repository team/*

    Shows the repositories of a team in a private registry.
    .INPUTS
    System.String
    .OUTPUTS
    Silo.RegistryImage
    .LINK
    Request-ContainerImage
    #>
    [CmdletBinding()]
    [OutputType('Silo.RegistryImage')]
    param(
        [Parameter(Position = 0, ValueFromPipeline = $true)]
        [SupportsWildcards()]
        [Alias('Name')]
        [ValidateNotNullOrEmpty()]
        [string[]] $Repository,

        [ValidateNotNullOrEmpty()]
        [string] $Registry,

        [SupportsWildcards()]
        [ValidateNotNullOrEmpty()]
        [string[]] $Tag,

        [ValidateRange(1, 10000)]
        [int] $Limit,

        [ValidateNotNull()]
        [System.Management.Automation.PSCredential]
        [System.Management.Automation.Credential()]
        $Credential
    )
    begin {
        . Import-CallerPreference
        $parameter = @{}
        if ($Registry) { $parameter.registry = $Registry }
        if ($PSBoundParameters.ContainsKey('Limit')) { $parameter.limit = $Limit }
        if ($Credential) { $parameter.credential = ConvertTo-WireCredential -Credential $Credential }
    }
    process {
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
