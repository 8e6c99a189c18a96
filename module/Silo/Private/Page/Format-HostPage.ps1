function Format-HostPage {
    # The whole page, and the policy that it stands under: the one script and the one style sheet in it run, nothing else does, and nothing
    # is loaded from anywhere; a page that is served may ask its own server for the next picture.
    param([hashtable] $Picture)
    $folder = Join-Path -Path $script:ModuleRoot -ChildPath 'Pages'
    $read = { param($name) [System.IO.File]::ReadAllText((Join-Path -Path $folder -ChildPath $name)) }
    $nonce = Get-PageSecret
    $policy = "default-src 'none'; script-src 'nonce-$nonce'; style-src 'nonce-$nonce'; img-src data:; base-uri 'none'; form-action 'none'"
    if ($null -ne $Picture.intervalSeconds) { $policy += "; connect-src 'self'" }
    # The picture comes last: what it holds is searched for no mark.
    $text = (& $read 'host.html').Replace('{{style}}', (& $read 'host.css')).Replace('{{script}}', (& $read 'host.js')).Replace('{{language}}', $script:Strings.PageLanguage).Replace('{{policy}}', $policy).Replace('{{nonce}}', $nonce)
    $text = $text.Replace('{{noScript}}', $script:Strings.PageNoScript).Replace('{{texts}}', (ConvertTo-PageJson -Value (Get-PageText))).Replace('{{picture}}', (ConvertTo-PageJson -Value $Picture))
    @{ Text = $text; Policy = "$policy; frame-ancestors 'none'" }
}
