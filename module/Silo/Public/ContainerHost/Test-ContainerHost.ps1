function Test-ContainerHost {
    <#
    .SYNOPSIS
    Tests whether this host has what containers need.
    .DESCRIPTION
    Gives one object for each requirement, with what was found and the command that mends it. With -Quiet it
    gives only $true or $false.
    .PARAMETER Quiet
    Gives $true where every requirement holds, else $false.
    .EXAMPLE
    Test-ContainerHost

    Shows every requirement.
    .EXAMPLE
    if (-not (Test-ContainerHost -Quiet)) { Test-ContainerHost | Where-Object Satisfied -eq $false | Format-List }

    Shows what is missing, and how to get it.
    .OUTPUTS
    Silo.HostRequirement, or System.Boolean with -Quiet
    .LINK
    Get-ContainerHost
    #>
    [CmdletBinding()]
    [OutputType('Silo.HostRequirement')]
    [OutputType([bool])]
    param(
        [switch] $Quiet
    )
    begin { . Import-CallerPreference }
    process {
        $result = Invoke-Engine -Cmdlet $PSCmdlet -Method 'host/test'
        if ($null -eq $result) { return }
        if ($Quiet) { return [bool] $result.Ready }
        ConvertTo-SiloObject -TypeName 'Silo.HostRequirement' -Method 'host/test' -Record $result.Requirements
    }
}
