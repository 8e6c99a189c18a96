function ConvertTo-WireCredential {
    # The one place where a password leaves its SecureString: into the request and nowhere else.
    param([System.Management.Automation.PSCredential] $Credential)
    @{ userName = $Credential.UserName; secret = $Credential.GetNetworkCredential().Password }
}
