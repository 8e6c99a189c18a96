function Format-NativeArgument {
    # An argument as ProcessStartInfo.Arguments takes it, on Windows and Linux: in quotes, with quotes and the
    # backslashes before them escaped. .NET Framework has no ArgumentList.
    param([string] $Text)
    '"' + (($Text -replace '(\\*)"', '$1$1\"') -replace '(\\+)$', '$1$1') + '"'
}
