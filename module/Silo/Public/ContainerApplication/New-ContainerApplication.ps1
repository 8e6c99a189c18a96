function New-ContainerApplication {
    <#
    .SYNOPSIS
    Makes an application of several containers from compose files, or brings it up to date.
    .DESCRIPTION
    Makes the networks, volumes and containers that compose files describe; images that are missing are built
    or pulled. What is there already and as the files say stays as it is, so the command may be repeated: only
    what differs is made anew. It gives one object for each item. What the files ask for and Silo does not
    have is refused by its name and line.
    With -WhatIf nothing is changed: the objects say what would be done.
    .PARAMETER Path
    Compose files, a later one adding to the earlier; or a folder, whose compose.yaml, compose.yml,
    docker-compose.yml or docker-compose.yaml is taken with the override beside it. The current folder where left out.
    .PARAMETER Name
    Name of the application; the one that the files say, or that of the folder, where left out.
    .PARAMETER ProfileName
    Profiles of the files whose services are wanted too.
    .PARAMETER EnvironmentFile
    Files with variables in place of the folder's .env. Variables of this session go before them.
    .PARAMETER Start
    Starts what does not run, each service after those that it depends on.
    .PARAMETER Build
    Builds images also where they are there already.
    .PARAMETER RemoveOrphan
    Removes containers of services that the files no longer have.
    .PARAMETER TimeoutSeconds
    Time that each service may take to be healthy, or complete, where others wait for that. Without it there is no end.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    New-ContainerApplication -Path ./shop/compose.yaml -Start

    Makes and starts an application.
    .EXAMPLE
    New-ContainerApplication -Path compose.yaml, compose.test.yaml -Name shop-test -ProfileName debug -WhatIf

    Shows what two files and a profile would come to.
    .INPUTS
    None
    .OUTPUTS
    Silo.ContainerApplicationItem
    .LINK
    Get-ContainerApplication
    .LINK
    Remove-ContainerApplication
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType('Silo.ContainerApplicationItem')]
    param(
        [Parameter(Position = 0)]
        [ValidateNotNullOrEmpty()]
        [string[]] $Path = '.',

        [ValidateNotNullOrEmpty()]
        [string] $Name,

        [Alias('Profile')]
        [ValidateNotNullOrEmpty()]
        [string[]] $ProfileName,

        [ValidateNotNullOrEmpty()]
        [string[]] $EnvironmentFile,

        [switch] $Start,

        [switch] $Build,

        [switch] $RemoveOrphan,

        [ValidateRange(-1, [int]::MaxValue)]
        [int] $TimeoutSeconds,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin { . Import-CallerPreference }
    process {
        $dryRun = [bool] $WhatIfPreference
        $files = @(foreach ($item in $Path) { Resolve-HostPath -Cmdlet $PSCmdlet -Path $item })
        if (-not $dryRun -and -not $PSCmdlet.ShouldProcess($files -join ', ', $script:Strings.NewApplication)) { return }
        $variables = [Environment]::GetEnvironmentVariables()
        $parameter = @{ files = $files; dryRun = $dryRun; environment = @(foreach ($key in $variables.Keys) { if ($key -match '^[A-Za-z_]') { @{ name = $key; value = [string] $variables[$key] } } }) }
        if ($Name) { $parameter.name = $Name }
        if ($ProfileName) { $parameter.profiles = $ProfileName }
        if ($EnvironmentFile) { $parameter.environmentFiles = @(foreach ($item in $EnvironmentFile) { Resolve-HostPath -Cmdlet $PSCmdlet -Path $item }) }
        if ($Start) { $parameter.start = $true }
        if ($Build) { $parameter.build = $true }
        if ($RemoveOrphan) { $parameter.removeOrphans = $true }
        if ($PSBoundParameters.ContainsKey('TimeoutSeconds')) { $parameter.timeoutSeconds = $TimeoutSeconds }
        $request = $null
        try {
            $request = Open-EngineRequest -Cmdlet $PSCmdlet -Method 'application/apply' -Parameter $parameter -Stream
            while ($null -ne ($batch = Receive-EngineBatch -Request $request)) {
                foreach ($line in $batch) { Write-Information -MessageData $line.Text -Tags 'build', $line.Stream }
            }
            $result = Receive-EngineAnswer -Request $request
        } finally {
            Close-EngineRequest -Request $request
        }
        if ($null -eq $result) { return }
        foreach ($warning in $result.Warnings) { Write-Warning -Message $warning }
        ConvertTo-SiloObject -TypeName 'Silo.ContainerApplicationItem' -Method 'application/apply' -Record $result.Items
    }
}
