function New-ContainerImage {
    <#
    .SYNOPSIS
    Builds an image from a Dockerfile.
    .DESCRIPTION
    Builds what the Dockerfile of a folder says and gives the image. Steps that were made before, from the
    same files, come from the cache. The output of steps goes to the information stream with the tags build
    and stdout or stderr (-InformationAction Continue shows it); where a step fails, its last lines are part
    of the error. Ctrl+C leaves nothing behind.
    .PARAMETER Path
    Folder that the build may read.
    .PARAMETER Dockerfile
    The Dockerfile, looked for in -Path first and then where you are; Dockerfile where left out.
    .PARAMETER Reference
    Names for the image.
    .PARAMETER Target
    Stage to build; the last one where left out.
    .PARAMETER BuildArgument
    Values for the ARG instructions. They can be seen in the image's history: give secrets with -Secret.
    .PARAMETER Label
    Labels of the image.
    .PARAMETER Secret
    Files for RUN --mount=type=secret, by the id there: @{ npmrc = './.npmrc' }. They never reach a layer.
    .PARAMETER NetworkMode
    Network of those RUN steps that do not choose one by --network. Default is the network of a container for which none is
    named, which has a way out; None is loopback alone; Host is the network of the host.
    .PARAMETER NoCache
    Runs every step again.
    .PARAMETER Pull
    When to get base images from their registries. Missing, the default: those that this host does not have;
    Always: each time; Never: not at all.
    .PARAMETER SourceDateEpoch
    Seconds since 1970: the time given to everything that the build makes, so that the same files give the
    same digest.
    .PARAMETER Credential
    Name and password, or token, for the registry. Where left out, what Connect-ContainerRegistry was given,
    what Docker's config.json names, or nobody's.
    .PARAMETER AsJob
    Does the work in a background job and gives the job.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    New-ContainerImage -Path ./app -Reference app:2.1

    Builds the Dockerfile in the folder app.
    .EXAMPLE
    New-ContainerImage -Path . -Target test -BuildArgument @{ VERSION = '2.1' } -InformationAction Continue

    Builds one stage, and shows what its steps write.
    .EXAMPLE
    New-ContainerImage -Path . -Reference app:2.1 -Secret @{ npmrc = "$HOME/.npmrc" } -SourceDateEpoch 1767225600 -Pull Always

    Builds with a secret, up-to-date base images and a digest that others can reproduce.
    .INPUTS
    System.String, System.IO.DirectoryInfo
    .OUTPUTS
    Silo.ContainerImage
    .LINK
    ConvertTo-ContainerImage
    .LINK
    Submit-ContainerImage
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType('Silo.ContainerImage')]
    param(
        [Parameter(Mandatory = $true, Position = 0, ValueFromPipeline = $true, ValueFromPipelineByPropertyName = $true)]
        [Alias('PSPath', 'LP')]
        [ValidateNotNullOrEmpty()]
        [string] $Path,

        [ValidateNotNullOrEmpty()]
        [string] $Dockerfile,

        [Parameter(Position = 1)]
        [Alias('Tag')]
        [ValidateNotNullOrEmpty()]
        [string[]] $Reference,

        [ValidateNotNullOrEmpty()]
        [string] $Target,

        [ValidateNotNull()]
        [System.Collections.IDictionary] $BuildArgument,

        [ValidateNotNull()]
        [System.Collections.IDictionary] $Label,

        [ValidateNotNull()]
        [System.Collections.IDictionary] $Secret,

        [switch] $NoCache,

        [ValidateSet('Default', 'None', 'Host')]
        [string] $NetworkMode,

        [ValidateSet('Missing', 'Always', 'Never')]
        [string] $Pull = 'Missing',

        [ValidateRange(0, [long]::MaxValue)]
        [long] $SourceDateEpoch,

        [ValidateNotNull()]
        [System.Management.Automation.PSCredential]
        [System.Management.Automation.Credential()]
        $Credential,

        [switch] $AsJob,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin { . Import-CallerPreference }
    process {
        $parameter = ConvertTo-BuildParameter -Cmdlet $PSCmdlet -Bound $PSBoundParameters
        $parameter.pull = $Pull
        if (-not $PSCmdlet.ShouldProcess($parameter.path, $script:Strings.BuildImage)) { return }
        if ($AsJob) {
            $replace = @{ Path = $parameter.path }
            if ($Dockerfile) { $replace.Dockerfile = $parameter.dockerfile }
            if ($Secret) { $replace.Secret = ConvertTo-PathTable -Cmdlet $PSCmdlet -Dictionary $Secret }
            return ConvertTo-CommandJob -Cmdlet $PSCmdlet -Replace $replace
        }
        $result = Receive-BuildOutput -Cmdlet $PSCmdlet -Parameter $parameter
        if ($null -eq $result) { return }
        Write-Verbose -Message ($script:Strings.BuildDone -f $result.Image.Name, $result.Steps, $result.CachedSteps)
        ConvertTo-SiloImage -Method 'image/build' -Record $result.Image
    }
}
