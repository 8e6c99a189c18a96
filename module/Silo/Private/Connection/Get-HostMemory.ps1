function Get-HostMemory {
    # What is remembered of the host that the running command asks ($siloHost): names for completion, and the
    # logins that only its engine keeps. What one host knows is never told another.
    if (-not $siloHost) { return @{ Name = $script:KnownName; Credential = $script:KnownCredential } }
    if (-not $script:HostMemory.ContainsKey($siloHost)) {
        $script:HostMemory[$siloHost] = @{ Name = @{ Container = @{}; ContainerId = @{}; Image = @{}; ImageId = @{}; Application = @{}; Network = @{}; NetworkId = @{}; Volume = @{} }; Credential = @{} }
    }
    $script:HostMemory[$siloHost]
}
