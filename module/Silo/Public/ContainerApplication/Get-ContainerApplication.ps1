function Get-ContainerApplication {
    <#
    .SYNOPSIS
    Gets applications of several containers.
    .DESCRIPTION
    Gives what New-ContainerApplication made on this host: each application with its services, how many of
    their containers run, and how many are healthy.
    .PARAMETER Name
    Names of applications; * and ? stand for any characters.
    .EXAMPLE
    Get-ContainerApplication

    Gets every application.
    .EXAMPLE
    (Get-ContainerApplication -Name shop).Services

    Shows how the services of one application are.
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
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind Application -Word $args[0] } $args[2] })]
        [ValidateNotNullOrEmpty()]
        [string[]] $Name
    )
    begin { . Import-CallerPreference }
    process {
        $isPattern = @($Name | Where-Object { $_ -and [WildcardPattern]::ContainsWildcardCharacters($_) }).Count -gt 0
        $parameter = if ($Name -and -not $isPattern) { @{ names = $Name } } else { @{} }
        $result = Invoke-Engine -Cmdlet $PSCmdlet -Method 'application/list' -Parameter $parameter
        if ($null -eq $result) { return }
        ConvertTo-SiloObject -TypeName 'Silo.ContainerApplication' -Method 'application/list' -Record $result.Items |
            Where-Object { -not $isPattern -or (Test-NameMatch -Name $_.Name -Pattern $Name) }
    }
}
