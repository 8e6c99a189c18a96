function Test-ContainerImage {
    <#
    .SYNOPSIS
    Tests whether images are whole, and whether they run on this host.
    .DESCRIPTION
    Reads everything that this host keeps of an image and compares the digests, and says with which isolation
    the image runs here. An image that is not here is looked up in its registry without its layers, so it
    can be tested before it is pulled; Intact is empty then.
    .PARAMETER Name
    Names of images. Wildcards are allowed; a wildcard that matches nothing is no error.
    .PARAMETER Id
    Ids of images.
    .PARAMETER InputObject
    Images, as Get-ContainerImage gives them.
    .PARAMETER Credential
    Name and password, or token, for the registry. Where left out, what Connect-ContainerRegistry was given,
    what Docker's config.json names, or nobody's.
    .PARAMETER Quiet
    Gives $true where the image runs here and nothing of it is damaged, else $false.
    .PARAMETER AsJob
    Does the work in a background job and gives the job.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Test-ContainerImage -Name nginx:1.27

    Tests an image of this host or, where it is not here, of Docker Hub.
    .EXAMPLE
    Get-ContainerImage | Test-ContainerImage | Where-Object Intact -eq $false

    Shows the damaged images of this host.
    .EXAMPLE
    if (Test-ContainerImage -Name mcr.microsoft.com/windows/servercore:ltsc2022 -Quiet) { 'It runs here.' }

    Asks whether an image would run here before it is pulled.
    .INPUTS
    System.String, Silo.ContainerImage
    .OUTPUTS
    Silo.ContainerImageTest, or System.Boolean with -Quiet
    .LINK
    Repair-ContainerStore
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'Name')]
    [OutputType('Silo.ContainerImageTest')]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true, Position = 0, ParameterSetName = 'Name', ValueFromPipeline = $true)]
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

        [Parameter(Mandatory = $true, ParameterSetName = 'InputObject', ValueFromPipeline = $true)]
        [PSTypeName('Silo.ContainerImage')]
        [ValidateNotNull()]
        [psobject[]] $InputObject,

        [ValidateNotNull()]
        [System.Management.Automation.PSCredential]
        [System.Management.Automation.Credential()]
        $Credential,

        [switch] $Quiet,

        [switch] $AsJob,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin {
        . Import-CallerPreference
        $parameter = @{}
        if ($Credential) { $parameter.credential = ConvertTo-WireCredential -Credential $Credential }
    }
    process {
        foreach ($target in @(Resolve-ImageTarget -Cmdlet $PSCmdlet -Name $Name -Id $Id -InputObject $InputObject)) {
            if ($AsJob) {
                ConvertTo-CommandJob -Cmdlet $PSCmdlet -Replace @{ Name = $target.Reference } -Without 'Id', 'InputObject'
                continue
            }
            $result = Invoke-Engine -Cmdlet $PSCmdlet -Method 'image/test' -Parameter ($parameter + @{ image = $target.Reference })
            if ($null -eq $result) { continue }
            $test = ConvertTo-SiloObject -TypeName 'Silo.ContainerImageTest' -Method 'image/test' -Record $result
            if ($Quiet) { $test.Intact -ne $false -and $test.Compatible } else { $test }
        }
    }
}
