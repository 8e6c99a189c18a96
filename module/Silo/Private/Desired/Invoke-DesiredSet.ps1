function Invoke-DesiredSet {
    # Set of a DSC resource. What is as wished is left alone, so it may be called without a Test before.
    param($Resource)
    [void] (Invoke-DesiredState -Method 'desired/set' -Resource $Resource)
    # The local configuration manager restarts the machine and goes on where it is allowed to.
    if ($Resource.GetType().Name -eq 'SiloHost' -and (Get-DesiredResource -Resource $Resource -Into (New-Object -TypeName 'SiloHost')).RestartNeeded) { Set-Variable -Name DSCMachineStatus -Scope Global -Value 1 -WhatIf:$false -Confirm:$false }
}
