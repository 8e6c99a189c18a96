function Test-SiloSandbox {
    # The cloud sandbox of Azure Automation forbids child processes; its machines bear these names.
    "$env:COMPUTERNAME" -like 'SANDBOXHOST-*' -or ("$env:AZUREPS_HOST_ENVIRONMENT" -like 'AzureAutomation*' -and "$env:COMPUTERNAME" -eq 'CLIENT')
}
