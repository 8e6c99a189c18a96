function New-HostCheck {
    # One finding of Debug-ContainerHost. It changes nothing.
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'It makes an object.')]
    param([string] $Name, [string] $Detail, [string] $Remedy, [string] $Status)
    $check = [pscustomobject] @{ PSTypeName = 'Silo.HostCheck'; Name = $Name; Status = $Status; Detail = $Detail; Remedy = $(if ($Status -ne 'Passed') { $Remedy }) }
    if ($siloHost) { $check.PSObject.Properties.Add((New-Object -TypeName System.Management.Automation.PSNoteProperty -ArgumentList 'ContainerHost', $siloHost)) }
    $check
}
