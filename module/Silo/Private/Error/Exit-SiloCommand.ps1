function Exit-SiloCommand {
    # Ends the command: nothing it could do next makes sense.
    param($Cmdlet, [string] $Code, [hashtable] $Argument = @{}, $Target)
    $Cmdlet.ThrowTerminatingError((ConvertTo-SiloErrorRecord -Code $Code -Argument $Argument -Target $Target))
}
