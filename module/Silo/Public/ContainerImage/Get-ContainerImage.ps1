function Get-ContainerImage {
    <#
    .SYNOPSIS
    Gets the images of this host.
    .DESCRIPTION
    Without parameters it gets every image. A name may leave out docker.io/library/ and the tag latest.
    .PARAMETER Name
    Names of images. Wildcards are allowed; a wildcard that matches nothing is no error.
    .PARAMETER Id
    Ids or digests of images.
    .PARAMETER Filter
    Only those whose properties match, for example @{ Name = 'web*' }. Values may hold wildcards, and of several values one must
    match; of labels and variables, name=value is compared.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Get-ContainerImage

    Gets every image.
    .EXAMPLE
    Get-ContainerImage -Name *nginx* | Sort-Object SizeBytes

    Gets the images with nginx in their names, the smallest first.
    .EXAMPLE
    Get-ContainerImage -Filter @{ OperatingSystem = 'windows' }

    Gets the images for Windows.
    .INPUTS
    System.String
    .OUTPUTS
    Silo.ContainerImage
    .LINK
    Import-ContainerImage
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'Name')]
    [OutputType('Silo.ContainerImage')]
    param(
        [Parameter(Position = 0, ParameterSetName = 'Name', ValueFromPipeline = $true)]
        [SupportsWildcards()]
        [Alias('Reference')]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind Image -Word $args[0] -Bound $args[1] } $args[2] $args[4] })]
        [ValidateNotNullOrEmpty()]
        [string[]] $Name,

        [Parameter(Mandatory = $true, ParameterSetName = 'Id', ValueFromPipelineByPropertyName = $true)]
        [Alias('ImageId')]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind ImageId -Word $args[0] -Bound $args[1] } $args[2] $args[4] })]
        [ValidateNotNullOrEmpty()]
        [string[]] $Id,

        [ValidateNotNull()]
        [System.Collections.IDictionary] $Filter,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin { . Import-CallerPreference }
    process {
        if (Test-RowName -Cmdlet $PSCmdlet -Name $Name) { return }
        $pattern = @(foreach ($item in $Name) { if ($item -and [WildcardPattern]::ContainsWildcardCharacters($item)) { $item } })
        $literal = @(foreach ($item in @($Name) + @($Id)) { if ($item -and $item -notin $pattern) { @{ Reference = $item } } })
        if ($literal.Count -gt 0) {
            Invoke-EngineItem -Cmdlet $PSCmdlet -Method 'image/list' -Target $literal -ReferenceName 'reference' |
                ForEach-Object { ConvertTo-SiloImage -Method 'image/list' -Record $_.Items } |
                Select-MatchingObject -Cmdlet $PSCmdlet -Filter $Filter
            if ($pattern.Count -eq 0) { return }
        }
        Read-ImageList -Cmdlet $PSCmdlet -Pattern $pattern | Select-MatchingObject -Cmdlet $PSCmdlet -Filter $Filter
    }
}
