function Get-SiloContract {
    # Read when first needed: an import must stay cheap.
    if ($null -eq $script:Contract) {
        Import-LocalizedData -BindingVariable contract -BaseDirectory $script:ModuleRoot -FileName 'Contract.psd1' -UICulture 'en-US'
        $script:Contract = $contract
    }
    $script:Contract
}
