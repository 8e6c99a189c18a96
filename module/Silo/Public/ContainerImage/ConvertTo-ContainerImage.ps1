function ConvertTo-ContainerImage {
    <#
    .SYNOPSIS
    Makes an image of what a container changed.
    .DESCRIPTION
    Takes the changes of a container as a new layer on its image. A running container is frozen meanwhile. The
    same changes give the same digest.
    .PARAMETER Name
    Names of containers. Wildcards are allowed; a wildcard that matches nothing is no error. The
    beginning of an id is no name: that goes to -Id.
    .PARAMETER Id
    Ids of containers, 64 hex digits or the beginning of one.
    .PARAMETER InputObject
    Containers, as Get-Container gives them.
    .PARAMETER Reference
    Name for the image.
    .PARAMETER Author
    Author of the image.
    .PARAMETER Message
    Comment in the image's history.
    .PARAMETER Change
    Dockerfile instructions that change the configuration: CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, USER, VOLUME,
    WORKDIR and STOPSIGNAL.
    .PARAMETER NoPause
    Does not freeze a running container. What it writes meanwhile may be in the image half.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    ConvertTo-ContainerImage -Name web -Reference web:patched -Message 'new certificate'

    Makes an image of the container web.
    .EXAMPLE
    Get-Container -Name build | ConvertTo-ContainerImage -Reference tools:2 -Change 'CMD ["/bin/sh"]', 'ENV LANG=C.UTF-8'

    Makes an image with another command and a variable.
    .INPUTS
    System.String, Silo.Container
    .OUTPUTS
    Silo.ContainerImage
    .LINK
    New-ContainerImage
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'Name', SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType('Silo.ContainerImage')]
    param(
        [Parameter(Mandatory = $true, Position = 0, ParameterSetName = 'Name', ValueFromPipeline = $true)]
        [SupportsWildcards()]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind Container -Word $args[0] -Bound $args[1] } $args[2] $args[4] })]
        [ValidateNotNullOrEmpty()]
        [string[]] $Name,

        [Parameter(Mandatory = $true, ParameterSetName = 'Id', ValueFromPipelineByPropertyName = $true)]
        [Alias('ContainerId')]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind ContainerId -Word $args[0] -Bound $args[1] } $args[2] $args[4] })]
        [ValidateNotNullOrEmpty()]
        [string[]] $Id,

        [Parameter(Mandatory = $true, ParameterSetName = 'InputObject', ValueFromPipeline = $true)]
        [PSTypeName('Silo.Container')]
        [ValidateNotNull()]
        [psobject[]] $InputObject,

        [Parameter(Position = 1)]
        [ValidateNotNullOrEmpty()]
        [string] $Reference,

        [string] $Author,

        [string] $Message,

        [ValidateNotNullOrEmpty()]
        [string[]] $Change,

        [switch] $NoPause,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin {
        . Import-CallerPreference
        $parameter = @{}
        if ($Reference) { $parameter.reference = $Reference }
        if ($PSBoundParameters.ContainsKey('Author')) { $parameter.author = $Author }
        if ($PSBoundParameters.ContainsKey('Message')) { $parameter.message = $Message }
        if ($Change) { $parameter.changes = $Change }
        if ($NoPause) { $parameter.pause = $false }
    }
    process {
        $target = @(Resolve-ContainerTarget -Cmdlet $PSCmdlet -Name $Name -Id $Id -InputObject $InputObject | Where-Object { $PSCmdlet.ShouldProcess($_.Label, $script:Strings.CommitContainer) })
        foreach ($result in Invoke-EngineItem -Cmdlet $PSCmdlet -Method 'container/commit' -Target $target -Parameter $parameter) {
            ConvertTo-SiloImage -Method 'container/commit' -Record $result.Image
        }
    }
}
