function Start-ContainerApplication {
    <#
    .SYNOPSIS
    Starts applications of several containers.
    .DESCRIPTION
    Starts the containers of each application that do not run, each service after those that it depends on: where
    the compose files say so it waits until they are healthy, or have completed.
    .PARAMETER Name
    Names of applications; * and ? stand for any characters.
    .PARAMETER InputObject
    Applications, as Get-ContainerApplication gives them.
    .PARAMETER TimeoutSeconds
    Time that each service may take to be healthy, or complete. Without it there is no end.
    .PARAMETER PassThru
    Gives the application as it is afterwards.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Start-ContainerApplication -Name shop

    Starts an application.
    .EXAMPLE
    Get-ContainerApplication | Start-ContainerApplication -TimeoutSeconds 60 -PassThru

    Starts all of them and shows them.
    .INPUTS
    System.String, Silo.ContainerApplication
    .OUTPUTS
    None, or Silo.ContainerApplication with -PassThru
    .LINK
    Get-ContainerApplication
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'Name', SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType('Silo.ContainerApplication')]
    param(
        [Parameter(Mandatory = $true, Position = 0, ParameterSetName = 'Name', ValueFromPipeline = $true, ValueFromPipelineByPropertyName = $true)]
        [SupportsWildcards()]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind Application -Word $args[0] -Bound $args[1] } $args[2] $args[4] })]
        [ValidateNotNullOrEmpty()]
        [string[]] $Name,

        [Parameter(Mandatory = $true, ParameterSetName = 'InputObject', ValueFromPipeline = $true)]
        [PSTypeName('Silo.ContainerApplication')]
        [ValidateNotNull()]
        [psobject[]] $InputObject,

        [ValidateRange(-1, [int]::MaxValue)]
        [int] $TimeoutSeconds,

        [switch] $PassThru,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin { . Import-CallerPreference }
    process {
        foreach ($target in @(Resolve-ApplicationTarget -Cmdlet $PSCmdlet -Name $Name -InputObject $InputObject)) {
            if (-not $PSCmdlet.ShouldProcess($target, $script:Strings.StartApplication)) { continue }
            $parameter = @{ name = $target }
            if ($PSBoundParameters.ContainsKey('TimeoutSeconds')) { $parameter.timeoutSeconds = $TimeoutSeconds }
            $result = Invoke-Engine -Cmdlet $PSCmdlet -Method 'application/start' -Parameter $parameter
            if ($null -eq $result) { continue }
            if (-not $result.Changed) { Write-Verbose -Message ($script:Strings.ApplicationUnchanged -f $target) }
            if ($PassThru) { ConvertTo-SiloObject -TypeName 'Silo.ContainerApplication' -Method 'application/start' -Record $result.Application }
        }
    }
}
