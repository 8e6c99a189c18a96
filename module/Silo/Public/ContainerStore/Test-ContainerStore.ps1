function Test-ContainerStore {
    <#
    .SYNOPSIS
    Tests whether the store is whole, and changes nothing.
    .DESCRIPTION
    Gives one object for each item that Repair-ContainerStore would mend: mounts and processes without a
    container, containers whose engine was killed, layers whose folders are gone, and with -Verify content that is
    damaged. Gives nothing where all is well.
    .PARAMETER Verify
    Reads everything that is kept and compares its digest. This takes as long as reading the disk does.
    .PARAMETER Quiet
    Gives $true where there is nothing to mend, else $false.
    .PARAMETER AsJob
    Does the work in a background job and gives the job.
    .PARAMETER HostConnection
    Connection to the host that is asked, as New-ContainerHostConnection gives it, or its name; a dot is this host. Where left out
    it is the one that Enter-ContainerHostConnection chose, or this host.
    .EXAMPLE
    Test-ContainerStore -Verify

    Shows what is wrong, damaged content too.
    .EXAMPLE
    if (-not (Test-ContainerStore -Quiet)) { Repair-ContainerStore }

    Mends the store where something is wrong with it.
    .INPUTS
    None
    .OUTPUTS
    Silo.ContainerStoreItem, or System.Boolean with -Quiet
    .LINK
    Repair-ContainerStore
    .LINK
    Test-ContainerImage
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding()]
    [OutputType('Silo.ContainerStoreItem')]
    [OutputType([bool])]
    param(
        [switch] $Verify,

        [switch] $Quiet,

        [switch] $AsJob,

        [ArgumentCompleter({ & (Get-Command -Name $args[0]).Module { Get-HostConnectionName -Word $args[0] } $args[2] })]
        [ValidateNotNull()]
        [psobject] $HostConnection
    )
    begin { . Import-CallerPreference }
    process {
        if ($AsJob) { return ConvertTo-CommandJob -Cmdlet $PSCmdlet }
        $parameter = @{ dryRun = $true }
        if ($Verify) { $parameter.verify = $true }
        $result = Invoke-Engine -Cmdlet $PSCmdlet -Method 'store/repair' -Parameter $parameter
        if ($null -eq $result) { return }
        if ($Quiet) { return @($result.Items).Count -eq 0 }
        ConvertTo-SiloObject -TypeName 'Silo.ContainerStoreItem' -Method 'store/repair' -Record $result.Items
    }
}
