function Rename-Container {
    <#
    .SYNOPSIS
    Gives a container another name.
    .DESCRIPTION
    The container may run. Its id and its host name stay as they are; on its networks it is found by the new
    name.
    .PARAMETER Name
    Name of the container.
    .PARAMETER Id
    Id of the container, 64 hex digits or the beginning of one.
    .PARAMETER InputObject
    Container, as Get-Container gives it.
    .PARAMETER NewName
    The new name: 1 to 128 letters, digits, dots, underscores and hyphens.
    .PARAMETER PassThru
    Gives the container as it is afterwards.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Rename-Container -Name web -NewName web-old

    Gives the container web the name web-old.
    .EXAMPLE
    Get-Container -Name web | Rename-Container -NewName web-old -PassThru

    The same with an object, and shows the container.
    .INPUTS
    System.String, Silo.Container
    .OUTPUTS
    None, or Silo.Container with -PassThru
    .LINK
    Get-Container
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'Name', SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    [OutputType('Silo.Container')]
    param(
        [Parameter(Mandatory = $true, Position = 0, ParameterSetName = 'Name', ValueFromPipeline = $true)]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind Container -Word $args[0] -Bound $args[1] } $args[2] $args[4] })]
        [ValidateNotNullOrEmpty()]
        [string] $Name,

        [Parameter(Mandatory = $true, ParameterSetName = 'Id', ValueFromPipelineByPropertyName = $true)]
        [Alias('ContainerId')]
        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-CompletionText -Kind ContainerId -Word $args[0] -Bound $args[1] } $args[2] $args[4] })]
        [ValidateNotNullOrEmpty()]
        [string] $Id,

        [Parameter(Mandatory = $true, ParameterSetName = 'InputObject', ValueFromPipeline = $true)]
        [PSTypeName('Silo.Container')]
        [ValidateNotNull()]
        [psobject] $InputObject,

        [Parameter(Mandatory = $true, Position = 1)]
        [ValidateNotNullOrEmpty()]
        [string] $NewName,

        [switch] $PassThru,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin { . Import-CallerPreference }
    process {
        $target = @(Resolve-ContainerTarget -Cmdlet $PSCmdlet -Name $Name -Id $Id -InputObject $InputObject | Where-Object { $PSCmdlet.ShouldProcess($_.Label, ($script:Strings.RenameContainer -f $NewName)) })
        foreach ($result in Invoke-EngineItem -Cmdlet $PSCmdlet -Method 'container/rename' -Target $target -Parameter @{ name = $NewName }) {
            if ($PassThru) { ConvertTo-SiloContainer -Record $result.Container -Method 'container/rename' }
        }
    }
}
