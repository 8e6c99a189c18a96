function Get-ContainerApplication {
    <#
    .SYNOPSIS
    Gets applications of several containers.
    .DESCRIPTION
    Gives what New-ContainerApplication made on this host: each application with its services, how many of
    their containers run, and how many are healthy.
    .PARAMETER Name
    Names of applications; * and ? stand for any characters.
    .PARAMETER Filter
    Only those whose properties match, for example @{ Name = 'web*' }. Values may hold wildcards, and of several values one must
    match; of labels and variables, name=value is compared.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Get-ContainerApplication

    Gets every application.
    .EXAMPLE
    (Get-ContainerApplication -Name shop).Services

    Shows how the services of one application are.
    .EXAMPLE
    Get-ContainerApplication -Filter @{ State = 'Partial', 'Stopped' }

    Gets the applications of which not everything runs.
    .INPUTS
    System.String
    .OUTPUTS
    Silo.ContainerApplication
    .LINK
    New-ContainerApplication
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding()]
    [OutputType('Silo.ContainerApplication')]
    param(
        [Parameter(Position = 0, ValueFromPipeline = $true)]
        [SupportsWildcards()]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind Application -Word $args[0] -Bound $args[1] } $args[2] $args[4] })]
        [ValidateNotNullOrEmpty()]
        [string[]] $Name,

        [ValidateNotNull()]
        [System.Collections.IDictionary] $Filter,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin { . Import-CallerPreference }
    process {
        if (Test-RowName -Cmdlet $PSCmdlet -Name $Name) { return }
        $isPattern = @($Name | Where-Object { $_ -and [WildcardPattern]::ContainsWildcardCharacters($_) }).Count -gt 0
        $parameter = if ($Name -and -not $isPattern) { @{ names = $Name } } else { @{} }
        $result = Invoke-Engine -Cmdlet $PSCmdlet -Method 'application/list' -Parameter $parameter
        if ($null -eq $result) { return }
        Save-KnownName -Kind Application -Item $result.Items
        ConvertTo-SiloObject -TypeName 'Silo.ContainerApplication' -Method 'application/list' -Record $result.Items |
            Where-Object { -not $isPattern -or (Test-NameMatch -Name $_.Name -Pattern $Name) } |
            Select-MatchingObject -Cmdlet $PSCmdlet -Filter $Filter
    }
}
