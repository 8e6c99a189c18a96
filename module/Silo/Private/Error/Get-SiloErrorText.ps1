function Get-SiloErrorText {
    if ($null -eq $script:ErrorText) { $script:ErrorText = Import-SiloText -FileName 'Errors.psd1' }
    $script:ErrorText
}
