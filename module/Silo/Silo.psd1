@{
    RootModule = 'Silo.psm1'
    ModuleVersion = '0.1.0'
    GUID = 'd2d24039-63d5-4607-a0c0-5e2f12858f7f'
    Author = 'The Silo contributors'
    CompanyName = 'Silo'
    Copyright = '(c) The Silo contributors. MIT License.'
    Description = 'Manages containers from PowerShell, without Docker: images, containers, processes, logs and isolation, on the Host Compute Service of Windows and on runc of Linux.'
    PowerShellVersion = '5.1'
    CompatiblePSEditions = @('Desktop', 'Core')
    FormatsToProcess = @('Formats/Silo.Format.ps1xml')
    TypesToProcess = @('Types/Silo.Types.ps1xml')
    FunctionsToExport = @(
        'Add-ContainerImageTag'
        'Connect-ContainerNetwork'
        'Connect-ContainerRegistry'
        'ConvertTo-ContainerImage'
        'Copy-ContainerFile'
        'Disconnect-ContainerNetwork'
        'Disconnect-ContainerRegistry'
        'Enter-ContainerSession'
        'Export-Container'
        'Export-ContainerImage'
        'Find-ContainerImage'
        'Get-Container'
        'Get-ContainerChange'
        'Get-ContainerEvent'
        'Get-ContainerHost'
        'Get-ContainerImage'
        'Get-ContainerImageHistory'
        'Get-ContainerImageLayer'
        'Get-ContainerLog'
        'Get-ContainerNetwork'
        'Get-ContainerNetworkAdapter'
        'Get-ContainerProcess'
        'Get-ContainerVolume'
        'Get-Isolation'
        'Import-ContainerImage'
        'Invoke-ContainerCommand'
        'Invoke-ContainerImage'
        'Measure-Container'
        'Move-ContainerStore'
        'New-Container'
        'New-ContainerImage'
        'New-ContainerMount'
        'New-ContainerNetwork'
        'New-ContainerVolume'
        'Optimize-ContainerStore'
        'Remove-Container'
        'Remove-ContainerImage'
        'Remove-ContainerImageTag'
        'Remove-ContainerNetwork'
        'Remove-ContainerVolume'
        'Rename-Container'
        'Repair-ContainerNetwork'
        'Repair-ContainerStore'
        'Request-ContainerImage'
        'Restart-Container'
        'Resume-Container'
        'Set-Container'
        'Set-Isolation'
        'Start-Container'
        'Start-ContainerProcess'
        'Stop-Container'
        'Stop-ContainerProcess'
        'Submit-ContainerImage'
        'Suspend-Container'
        'Test-ContainerHost'
        'Test-ContainerImage'
        'Wait-Container'
        'Wait-ContainerProcess'
    )
    CmdletsToExport = @()
    VariablesToExport = @()
    AliasesToExport = @()
    DscResourcesToExport = @()
    PrivateData = @{
        PSData = @{
            Tags = @('Container', 'Containers', 'OCI', 'HyperV', 'Isolation', 'HCS', 'runc', 'PSEdition_Desktop', 'PSEdition_Core', 'Windows', 'Linux')
            ReleaseNotes = 'See CHANGELOG.md.'
        }
    }
}
