function Get-HostPicture {
    # What the page of a host shows, or nothing after an error. Environment and command lines stay out of it: they may hold
    # secrets, and a saved page is sent around. -SampleCount: how often running containers are measured.
    param($Cmdlet, [int] $SampleCount = 1, $IntervalSeconds)
    $shown = Invoke-Engine -Cmdlet $Cmdlet -Method 'host/get'
    if ($null -eq $shown) { return }
    $networks = Invoke-Engine -Cmdlet $Cmdlet -Method 'network/list'
    $images = Invoke-Engine -Cmdlet $Cmdlet -Method 'image/list'
    $layers = Invoke-Engine -Cmdlet $Cmdlet -Method 'image/layers'
    if ($null -eq $networks -or $null -eq $images -or $null -eq $layers) { return }
    $imageName = New-Object -TypeName 'System.Collections.Generic.Dictionary[string,string]'
    foreach ($image in $images.Items) { $imageName[$image.Reference] = $image.Name }
    $places = @(foreach ($network in $networks.Items) {
            @{ name = $network.Name; driver = $network.Driver; subnets = @($network.Subnets | ForEach-Object -MemberName Prefix); members = @($network.Containers) }
        })
    $containers = @(foreach ($container in Read-ContainerList -Cmdlet $Cmdlet) {
            @{
                id = $container.Id; name = $container.Name; image = $container.Image; state = $container.State; exitCode = $container.ExitCode; health = $container.Health
                imageName = $(if ($imageName.ContainsKey($container.Image)) { $imageName[$container.Image] } else { $container.Image })
                isolation = $container.EffectiveIsolation; ipAddress = $container.IPAddress; ports = @($container.Ports); restartPolicy = $container.RestartPolicy
                createdAt = ConvertTo-WireTime -Time $container.CreatedAt; labels = @($container.Labels | ForEach-Object -Process { @{ name = $_.Name; value = $_.Value } })
                networks = @($places | Where-Object -FilterScript { $_.members -ccontains $container.Name } | ForEach-Object -Process { $_.name }) + @(if ($container.Network -eq 'Host') { $script:Strings.PageHostNetwork })
            }
        })
    if (@($containers | Where-Object -FilterScript { $_.networks -ccontains $script:Strings.PageHostNetwork }).Count -gt 0) { $places += @{ name = $script:Strings.PageHostNetwork; driver = 'Host'; subnets = @() } }
    $samples = @(for ($index = 0; $index -lt $SampleCount; $index++) {
            $measured = Invoke-Engine -Cmdlet $Cmdlet -Method 'container/statistics' -Parameter @{ sampleMilliseconds = 200 }
            if ($null -eq $measured) { return }
            , @(foreach ($one in $measured.Items) {
                    @{
                        id = $one.ContainerId; time = ConvertTo-WireTime -Time $one.Time; cpuPercent = $one.CpuPercent; memoryBytes = $one.MemoryBytes; memoryLimitBytes = $one.MemoryLimitBytes; processCount = $one.ProcessCount
                        readBytes = $one.ReadBytes; writtenBytes = $one.WrittenBytes; receivedBytes = $one.ReceivedBytes; sentBytes = $one.SentBytes
                    }
                })
            if ($measured.Items.Count -eq 0) { break }
        })
    @{
        takenAt = ConvertTo-WireTime -Time ([datetime]::UtcNow)
        intervalSeconds = $IntervalSeconds
        host = @{ name = $shown.Name; operatingSystem = $shown.OperatingSystem; osVersion = $shown.OsVersion; architecture = $shown.Architecture; cpuCount = $shown.CpuCount; memoryBytes = $shown.MemoryBytes; engineVersion = $shown.EngineVersion }
        containers = $containers
        networks = @(foreach ($place in $places) { @{ name = $place.name; driver = $place.driver; subnets = $place.subnets } })
        images = @(foreach ($image in $images.Items) { @{ name = $image.Name; reference = $image.Reference; containerCount = @($image.Containers).Count } })
        layers = @(foreach ($layer in $layers.Items) { @{ chainId = $layer.ChainId; sizeBytes = $layer.SizeBytes; storedBytes = $layer.StoredBytes; images = @($layer.Images) } })
        samples = $samples
    }
}
