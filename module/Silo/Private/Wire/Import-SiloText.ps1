function Import-SiloText {
    param([string] $FileName, [string] $Culture = $PSUICulture)
    # Import-LocalizedData falls back to the module's folder, not to en-US.
    if (-not (Test-Path -LiteralPath (Join-Path -Path (Join-Path -Path $script:ModuleRoot -ChildPath $Culture) -ChildPath $FileName))) { $Culture = 'en-US' }
    Import-LocalizedData -BindingVariable text -BaseDirectory $script:ModuleRoot -FileName $FileName -UICulture $Culture
    $text
}
