function Get-RemoteCommand {
    # The text that ssh gives to the login shell of the other host. On Windows that is cmd.exe, by its default;
    # elsewhere sh looks for the module where it is installed, the version of this one first, then the newest.
    param($Connection, [string[]] $Argument)
    $version = $MyInvocation.MyCommand.Module.Version
    if ($Connection.EnginePath -match '^[A-Za-z]:\\') {
        $command = (@("$($Connection.EnginePath)\node.exe", "$($Connection.EnginePath)\silo.mjs") + $Argument | ForEach-Object { Format-NativeArgument -Text $_ }) -join ' '
        if ($Connection.StateRoot) { return 'set "SILO_ROOT={0}" && {1}' -f $Connection.StateRoot, $command }
        return $command
    }
    $script = @'
v=$1; c=$2; r=$3; shift 3
if [ -z "$c" ]; then
  for d in "$HOME/.local/share/powershell/Modules/Silo" /usr/local/share/powershell/Modules/Silo /opt/microsoft/powershell/7/Modules/Silo; do
    for e in "$d/$v/engine" "$d/engine"; do [ -z "$c" ] && [ -f "$e/silo.mjs" ] && c=$e; done
  done
fi
if [ -z "$c" ]; then
  c=$(ls -d "$HOME"/.local/share/powershell/Modules/Silo/*/engine /usr/local/share/powershell/Modules/Silo/*/engine /opt/microsoft/powershell/7/Modules/Silo/*/engine 2>/dev/null | sort -V | tail -n 1)
fi
[ -f "$c/silo.mjs" ] || exit 127
n=$c/node
[ -f "$n" ] || n=$(command -v node) || exit 127
[ -x "$n" ] || chmod +x "$n"
[ -z "$r" ] || { SILO_ROOT=$r; export SILO_ROOT; }
exec "$n" "$c/silo.mjs" "$@"
'@
    $words = @($script.Replace("`r`n", "`n").Trim(), 'silo', "$version", "$($Connection.EnginePath)", "$($Connection.StateRoot)") + $Argument
    'sh -c ' + (($words | ForEach-Object { "'" + $_.Replace("'", "'\''") + "'" }) -join ' ')
}
