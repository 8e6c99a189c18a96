function Import-Container {
    <#
    .SYNOPSIS
    Makes containers from specifications in files.
    .DESCRIPTION
    Reads what Export-Container -SpecificationPath wrote, or what somebody wrote by hand: a data file of PowerShell (.psd1) or JSON
    (.json) with SpecificationVersion = 1 and Container, whose keys are parameters of New-Container. Files are those of this machine,
    also where another host is asked; what they name is that host's. An image that is not there is pulled first (-Pull). A key that is
    none is an error, and so is an unknown version. The archives that Export-Container -Path writes are for Import-ContainerImage.
    .PARAMETER Path
    Files. Wildcards are allowed.
    .PARAMETER LiteralPath
    Files, taken as they are: nothing in the path is a wildcard.
    .PARAMETER Name
    Name of the container in place of the one in the file.
    .PARAMETER Environment
    Variables, added to those in the file: secrets are not in it.
    .PARAMETER CredentialSpec
    Credential specification of a group managed service account, which is not in the file: the path of a file on this machine, JSON, or a
    hashtable. Windows containers only.
    .PARAMETER ShareCredential
    Names and passwords of the accounts with which it mounts SMB shares; they are not in the file. One that this host has already need not
    be given.
    .PARAMETER Start
    Starts the container as well.
    .PARAMETER Pull
    When to get the image from its registry. Missing, the default: where this host does not have it; Always:
    each time; Never: not at all.
    .PARAMETER IfNotExists
    Gives the container of that name where it was made with the same specification; another specification is
    the error ContainerNameInUse.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Import-Container -Path ./web.psd1 -Start

    Makes the container that the file describes, and starts it.
    .EXAMPLE
    Export-Container -Name web -SpecificationPath ./copy.json -PassThru | Import-Container -Name web-2

    Writes the specification of a container, and makes another one from it.
    .EXAMPLE
    Import-Container -Path ./web.psd1 -Name db-client -Environment @{ DB_PASSWORD = $env:DB_PASSWORD } -IfNotExists

    Makes sure that a container is there, with a variable that is in no file.
    .INPUTS
    System.String, System.IO.FileInfo
    .OUTPUTS
    Silo.Container
    .LINK
    Export-Container
    .LINK
    New-Container
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'Path', SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType('Silo.Container')]
    param(
        [Parameter(Mandatory = $true, Position = 0, ParameterSetName = 'Path', ValueFromPipeline = $true)]
        [SupportsWildcards()]
        [ValidateNotNullOrEmpty()]
        [string[]] $Path,

        [Parameter(Mandatory = $true, ParameterSetName = 'LiteralPath', ValueFromPipelineByPropertyName = $true)]
        [Alias('PSPath', 'LP')]
        [ValidateNotNullOrEmpty()]
        [string[]] $LiteralPath,

        [ValidateNotNullOrEmpty()]
        [string] $Name,

        [ValidateNotNull()]
        [System.Collections.IDictionary] $Environment,

        [ValidateNotNullOrEmpty()]
        [psobject] $CredentialSpec,

        [ValidateNotNullOrEmpty()]
        [System.Management.Automation.PSCredential[]] $ShareCredential,

        [switch] $Start,

        [ValidateSet('Missing', 'Always', 'Never')]
        [string] $Pull = 'Missing',

        [switch] $IfNotExists,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin { . Import-CallerPreference }
    process {
        foreach ($file in @(Resolve-LocalPath -Cmdlet $PSCmdlet -Path $Path -LiteralPath $LiteralPath)) {
            $specification = Read-Specification -Cmdlet $PSCmdlet -Path $file
            if ($null -eq $specification) { continue }
            if ($Name) { $specification.Name = $Name }
            if ($CredentialSpec) { $specification.CredentialSpec = $CredentialSpec }
            $parameter = ConvertTo-CreateParameter -Cmdlet $PSCmdlet -Bound $specification
            if ($Environment) { $parameter.environment = @($parameter['environment'] | Where-Object { $_ }) + @(ConvertTo-NameValue -Dictionary $Environment) }
            foreach ($mount in @($parameter['mounts'] | Where-Object { $_ -and $_['kind'] -eq 'Smb' -and $_['userName'] })) {
                $account = @($ShareCredential | Where-Object { $_ -and $_.UserName.TrimStart('\') -eq $mount['userName'].TrimStart('\') })
                if ($account.Count -gt 0) { $mount['credential'] = ConvertTo-WireCredential -Credential $account[0] }
            }
            $label = if ($parameter['name']) { $parameter.name } else { $parameter.image }
            if (-not $PSCmdlet.ShouldProcess($label, ($script:Strings.ImportContainer -f $file))) { continue }
            $container = Invoke-ContainerCreation -Cmdlet $PSCmdlet -Parameter $parameter -Pull $Pull -IfNotExists:$IfNotExists
            if ($null -eq $container) { continue }
            $started = if ($Start) { Invoke-Engine -Cmdlet $PSCmdlet -Method 'container/start' -Parameter @{ container = $container.Id } }
            # What could not be started has been made all the same.
            if ($null -eq $started) { $container } else { ConvertTo-SiloContainer -Record $started.Container -Method 'container/start' }
        }
    }
}
