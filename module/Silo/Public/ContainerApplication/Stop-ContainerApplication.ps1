function Stop-ContainerApplication {
    <#
    .SYNOPSIS
    Stops applications of several containers.
    .DESCRIPTION
    Stops the containers of each application, each service before those that it depends on.
    .PARAMETER Name
    Names of applications; * and ? stand for any characters.
    .PARAMETER InputObject
    Applications, as Get-ContainerApplication gives them.
    .PARAMETER TimeoutSeconds
    Seconds that each container has to end before it is killed; its own time where left out; -1 never kills.
    .PARAMETER PassThru
    Gives the application as it is afterwards.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Stop-ContainerApplication -Name shop

    Stops an application.
    .EXAMPLE
    Stop-ContainerApplication -Name * -TimeoutSeconds 5

    Stops all of them.
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
            if (-not $PSCmdlet.ShouldProcess($target, $script:Strings.StopApplication)) { continue }
            $parameter = @{ name = $target }
            if ($PSBoundParameters.ContainsKey('TimeoutSeconds')) { $parameter.timeoutSeconds = $TimeoutSeconds }
            $result = Invoke-Engine -Cmdlet $PSCmdlet -Method 'application/stop' -Parameter $parameter
            if ($null -eq $result) { continue }
            if (-not $result.Changed) { Write-Verbose -Message ($script:Strings.ApplicationUnchanged -f $target) }
            if ($PassThru) { ConvertTo-SiloObject -TypeName 'Silo.ContainerApplication' -Method 'application/stop' -Record $result.Application }
        }
    }
}
