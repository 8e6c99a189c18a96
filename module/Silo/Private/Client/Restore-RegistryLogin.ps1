function Restore-RegistryLogin {
    # Tells a new engine the credentials that Connect-ContainerRegistry was given and that no helper keeps.
    # One that is refused by now is no error here: the request that needs it will say so.
    param([hashtable] $Engine)
    $Engine.LoggedIn = $true
    $known = (Get-HostMemory).Credential
    foreach ($registry in @($known.Keys)) {
        $request = Get-RequestRecord -Caller $MyInvocation -Method 'registry/connect' -Parameter @{ registry = $registry; credential = ConvertTo-WireCredential -Credential $known[$registry] }
        try {
            Send-EngineRequest -Engine $Engine -Request $request
            while (-not $request.Answered -and -not $Engine.Lost) { [void] (Read-EngineMessage -Engine $Engine) }
            if ($null -ne $request.Error) { Write-Verbose -Message ($script:Strings.LoginRefused -f $registry, $request.Error.message) }
        } finally {
            Close-EngineRequest -Request $request
        }
    }
}
