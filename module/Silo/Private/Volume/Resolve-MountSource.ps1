function Resolve-MountSource {
    # The absolute path of what is bound; a pipe of Windows is no path that a drive of PowerShell has.
    param($Cmdlet, [string] $Kind, [string] $Source)
    if ($Kind -eq 'Bind' -and $Source -ne '' -and $Source -notmatch '^[\\/]{2}\.[\\/]pipe[\\/]') { Resolve-HostPath -Cmdlet $Cmdlet -Path $Source } else { $Source }
}
