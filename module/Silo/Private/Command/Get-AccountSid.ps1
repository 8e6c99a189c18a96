function Get-AccountSid {
    # The identifier of an account of a domain, or nothing where Windows cannot find it.
    param([string] $Domain, [string] $Account)
    try { (New-Object -TypeName System.Security.Principal.NTAccount -ArgumentList $Domain, $Account).Translate([System.Security.Principal.SecurityIdentifier]).Value }
    catch [System.Management.Automation.MethodInvocationException] { Write-Debug -Message $_.Exception.Message }
}
