BeforeDiscovery {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
    $missing = Get-MissingForContainer
    if (-not $missing -and -not (Get-Command -Name ip, nft -CommandType Application -ErrorAction Ignore | Select-Object -Skip 1)) { $missing = 'ip or nft is not installed' }
    if ($missing) { Write-Information -MessageData "No container can have a network here ($missing): the tests on the engine are skipped." -InformationAction Continue }
}

Describe 'Networks' -Tag Fast {
    BeforeAll {
        Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
        $record = New-RecordFile
        Import-SiloForTest -Script @{ record = $record }
        function Get-Sent { param($Method) @(Read-Record $record | Where-Object { $_.method -eq $Method }).params | Select-Object -Last 1 }
    }
    AfterAll { Remove-SiloForTest }
    It 'Get-ContainerNetwork gives all, those that a pattern names, and those that are named' {
        (Get-ContainerNetwork).Name | Should -Be 'nat', 'front'
        (Get-ContainerNetwork -Name 'f*').Name | Should -Be 'front'
        $one = Get-ContainerNetwork -Name 'nat'
        $one.PSTypeNames[0] | Should -Be 'Silo.ContainerNetwork'
        $one.CreatedAt | Should -BeOfType [datetime]
        $one.Type | Should -Be 'Nat'
        ($one | Get-ContainerNetwork).Id | Should -Be $one.Id
        $one | Format-Table | Out-String | Should -Match '172\.28\.0\.0/20'
        Get-ContainerNetwork -Name 'absent' -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -Be 'NetworkNotFound,Get-ContainerNetwork'
    }
    It 'New-ContainerNetwork sends what is given' {
        (New-ContainerNetwork -Name 'back' -Type Internal -Subnet '10.20.0.0/24', 'fd00::/64' -Gateway '10.20.0.9' -Mtu 1400 -DnsServer '192.0.2.1' -DnsSuffix 'x.test' -Label @{ tier = 'db' }).Name | Should -Be 'back'
        $sent = Get-Sent 'network/create'
        $sent.driver | Should -Be 'Internal'
        $sent.subnets | Should -Be '10.20.0.0/24', 'fd00::/64'
        $sent.gateways | Should -Be '10.20.0.9'
        $sent.mtu | Should -Be 1400
        $sent.labels[0].value | Should -Be 'db'
        $sent.PSObject.Properties.Name | Should -Not -Contain 'parentInterface'
    }
    It 'Remove-ContainerNetwork takes objects and names, and with -Force what is not there' {
        Get-ContainerNetwork -Name 'f*' | Remove-ContainerNetwork
        (Get-Sent 'network/remove').network | Should -Be (Get-ContainerNetwork -Name 'front').Id
        Remove-ContainerNetwork -Name 'absent' -Force -ErrorAction Stop
        Remove-ContainerNetwork -Name 'absent' -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -Be 'NetworkNotFound,Remove-ContainerNetwork'
    }
    It 'Connect-ContainerNetwork sends addresses and aliases, and gives the adapter with -PassThru' {
        Get-Container -Name 'db' | Connect-ContainerNetwork -Network 'front' | Should -BeNullOrEmpty
        $adapter = Connect-ContainerNetwork -Name 'db' -Network 'front' -IPAddress '172.28.0.9' -MacAddress '02-15-5D-00-00-07' -NetworkAlias 'store' -PassThru
        $adapter.PSTypeNames[0] | Should -Be 'Silo.ContainerNetworkAdapter'
        $sent = Get-Sent 'network/connect'
        $sent.addresses | Should -Be '172.28.0.9'
        $sent.macAddress | Should -Be '02-15-5D-00-00-07'
        $sent.aliases | Should -Be 'store'
        Connect-ContainerNetwork -Name 'db' -Network 'nat' -Verbose 4>&1 | Out-String | Should -Match "'db'.*'nat'"
    }
    It 'Disconnect-ContainerNetwork says verbosely that nothing was connected' { Disconnect-ContainerNetwork -Name 'db' -Network 'front' -Force -Verbose 4>&1 | Out-String | Should -Match "'front'" }
    It 'Get-ContainerNetworkAdapter shows those of a container, or all' {
        (Get-ContainerNetworkAdapter).ContainerName | Should -Be 'web-1'
        ('db' | Get-ContainerNetworkAdapter -Network 'nat').ContainerName | Should -Be 'db'
        (Get-Sent 'network/adapters').network | Should -Be 'nat'
    }
    It 'Repair-ContainerNetwork with -WhatIf asks the engine what it would do' {
        (Repair-ContainerNetwork -WhatIf).Action | Should -Be 'WouldRepair'
        (Repair-ContainerNetwork).Action | Should -Be 'Repaired'
    }
    It 'Ports are objects, texts or numbers, and go to the engine as one kind of text' {
        $object = New-ContainerPort -ContainerPort 80 -HostPort 8080 -HostAddress 127.0.0.1
        $object.PSTypeNames[0] | Should -Be 'Silo.ContainerPort'
        $object.HostAddress, $object.HostPort, $object.ContainerPort, $object.Protocol | Should -Be '127.0.0.1', 8080, 80, 'Tcp'
        $copy = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($object))
        [void] (New-Container -Image 'busybox:latest' -Publish $object, $copy, (New-ContainerPort 53 -Protocol Udp), (New-ContainerPort 443 8443 -HostAddress ::1), '8000-8010:80-90', 22)
        (Get-Sent 'container/create').ports | Should -Be '127.0.0.1:8080:80/tcp', '127.0.0.1:8080:80/tcp', '53/udp', '[::1]:8443:443/tcp', '8000-8010:80-90', '22'
        [void] (Invoke-ContainerImage -Image 'busybox:latest' -Publish (New-ContainerPort 81) -Detach)
        (Get-Sent 'container/create').ports | Should -Be '81/tcp'
    }
    It 'Ports refuse an object that is none' { { New-Container -Image 'busybox:latest' -Publish ([pscustomobject] @{ Port = 80 }) } | Should -Throw -ErrorId 'ParameterInvalid,New-Container' }
    It 'New-Container sends one network by its name, and more as a list' {
        [void] (New-Container -Image 'busybox:latest' -Network 'container:web-1')
        (Get-Sent 'container/create').network | Should -Be 'container:web-1'
        [void] (New-Container -Image 'busybox:latest' -Network 'front', 'nat' -IPAddress '172.28.0.7' -NetworkAlias 'www' -Publish '8080:80', '53:53/udp' -DnsServer '192.0.2.1' -DnsSearch 'x.test' -HostEntry @{ 'db.test' = '192.0.2.9' })
        $sent = Get-Sent 'container/create'
        $sent.networks.network | Should -Be 'front', 'nat'
        $sent.networks[0].addresses | Should -Be '172.28.0.7'
        $sent.networks[0].aliases | Should -Be 'www'
        $sent.ports | Should -Be '8080:80', '53:53/udp'
        $sent.dnsServers | Should -Be '192.0.2.1'
        $sent.dnsSearch | Should -Be 'x.test'
        $sent.hostEntries[0].name | Should -Be 'db.test'
        [void] (New-Container -Image 'busybox:latest' -IPAddress '172.28.0.7')
        (Get-Sent 'container/create').networks.network | Should -Be 'default'
        [void] (New-Container -Image 'busybox:latest' -Port '80')
        (Get-Sent 'container/create').PSObject.Properties.Name | Should -Not -Contain 'networks'
    }
    It 'completes names of networks' {
        [void] (Get-ContainerNetwork)
        (TabExpansion2 -inputScript 'Remove-ContainerNetwork -Name fr' -cursorColumn 32).CompletionMatches.CompletionText | Should -Contain 'front'
    }
}

Describe 'Real containers on a network' -Skip:([bool] $missing) {
    BeforeAll {
        Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
        $stateRoot = Initialize-StateRoot
        [void] (Import-ContainerImage -Path (New-RootFileSystem -Folder $TestDrive) -Name 'tools' -Command '/bin/sh')
        # Without a way out nothing of the host is changed but a bridge and a table of its own.
        $network = New-ContainerNetwork -Name 'inside' -Type Internal
    }
    AfterAll {
        Get-Container | Remove-Container -Force
        Get-ContainerNetwork | Remove-ContainerNetwork
        Clear-StateRoot -Path $stateRoot
    }
    It 'have an address, a name, and each other' {
        $subnet = $network.Subnets[0].Prefix
        $subnet | Should -Match '^\d+\.\d+\.\d+\.\d+/\d+$'
        $server = Invoke-ContainerImage -Image 'tools' -Name 'server' -Network 'inside' -NetworkAlias 'store' -Command 'sleep', '1000' -Detach
        $client = Invoke-ContainerImage -Image 'tools' -Name 'client' -Network 'inside' -Command 'sleep', '1000' -Detach
        $server.Network | Should -Be 'Networks'
        $server.IPAddress | Should -Not -Be $client.IPAddress
        Invoke-ContainerCommand -Name 'client' -FilePath 'ping' -ArgumentList '-c', '1', '-W', '2', $server.IPAddress | Out-String | Should -Match '1 packets received'
        Invoke-ContainerCommand -Name 'client' -FilePath 'nslookup' -ArgumentList 'store' | Out-String | Should -Match ([regex]::Escape($server.IPAddress))
        (Get-ContainerNetwork -Name 'inside').Containers | Should -Be 'client', 'server'
        (Get-ContainerNetworkAdapter -Name 'server').Addresses | Should -Match ([regex]::Escape($server.IPAddress))
    }
    It 'are drawn with it, with what they use and with their image' {
        Show-ContainerHost -Path "$TestDrive/host.html"
        $picture = [regex]::Match((Get-Content -LiteralPath "$TestDrive/host.html" -Raw), 'id="picture">(.*?)</script>').Groups[1].Value | ConvertFrom-Json
        ($picture.containers | Where-Object name -EQ 'server').networks | Should -Be 'inside'
        ($picture.networks | Where-Object name -EQ 'inside').subnets | Should -Be $network.Subnets[0].Prefix
        $picture.samples.Count | Should -Be 5
        $picture.samples[4].id | Should -Contain (Get-Container -Name 'server').Id
        $picture.samples[4].memoryBytes | Should -Not -Contain 0
        $picture.layers[0].images | Should -Be $picture.images[0].reference
        $picture.layers[0].sizeBytes | Should -BeGreaterThan 100KB
    }
    It 'are disconnected and connected again while they run' {
        Disconnect-ContainerNetwork -Name 'client' -Network 'inside'
        @(Get-ContainerNetworkAdapter -Name 'client').Count | Should -Be 0
        (Connect-ContainerNetwork -Name 'client' -Network 'inside' -PassThru).Attached | Should -BeTrue
        Invoke-ContainerCommand -Name 'client' -FilePath 'ping' -ArgumentList '-c', '1', '-W', '2', (Get-Container -Name 'server').IPAddress | Out-String | Should -Match '1 packets received'
    }
    It 'keep their network from being removed' {
        Remove-ContainerNetwork -Name 'inside' -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -Be 'NetworkInUse,Remove-ContainerNetwork'
        @(Repair-ContainerNetwork).Count | Should -Be 0
    }
}

Describe 'A network of a CNI configuration list' -Skip:([bool] ($missing -or -not (Test-Path -Path '/usr/lib/cni/bridge'))) {
    BeforeAll {
        Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
        $env:SILO_CNI_FOLDER = Join-Path -Path $TestDrive -ChildPath 'net.d'
        [void] (New-Item -ItemType Directory -Path $env:SILO_CNI_FOLDER)
        $addresses = Join-Path -Path $TestDrive -ChildPath 'addresses'
        $bridge = 'silot{0}' -f $PID
        $plugin = @{ type = 'bridge'; bridge = $bridge; ipam = @{ type = 'host-local'; dataDir = $addresses; ranges = , @(@{ subnet = '10.124.0.0/24' }) } }
        ConvertTo-Json -Depth 9 -InputObject @{ cniVersion = '1.0.0'; name = 'office'; plugins = @($plugin) } | Set-Content -Path (Join-Path -Path $env:SILO_CNI_FOLDER -ChildPath '10-office.conflist')
        '{ "name": "broken"' | Set-Content -Path (Join-Path -Path $env:SILO_CNI_FOLDER -ChildPath '20-broken.conflist')
        $stateRoot = Initialize-StateRoot
        [void] (Import-ContainerImage -Path (New-RootFileSystem -Folder $TestDrive) -Name 'tools' -Command '/bin/sh')
    }
    AfterAll {
        Get-Container | Remove-Container -Force
        Clear-StateRoot -Path $stateRoot
        Remove-Item -Path Env:\SILO_CNI_FOLDER
        ip link delete $bridge
    }
    It 'is shown with its file, and with what is wrong with it' {
        (Get-ContainerNetwork).Name | Should -Be 'office', 'broken'
        $office = Get-ContainerNetwork -Name 'office'
        $office.Type | Should -Be 'Foreign'
        $office.HostId | Should -BeLike '*10-office.conflist'
        $office.Problem | Should -BeNullOrEmpty
        Get-ContainerNetwork -Name 'broken' | Format-List | Out-String | Should -Match 'no valid JSON'
    }
    It 'links containers, and gives back what it gave' {
        $container = Invoke-ContainerImage -Image 'tools' -Name 'guest' -Network 'office' -Command 'sleep', '1000' -Detach
        $container.IPAddress | Should -BeLike '10.124.0.*'
        (Get-ContainerNetwork -Name 'office').Containers | Should -Be 'guest'
        Join-Path -Path $addresses -ChildPath 'office' -AdditionalChildPath $container.IPAddress | Should -Exist
        Remove-Container -Name 'guest' -Force
        Join-Path -Path $addresses -ChildPath 'office' -AdditionalChildPath $container.IPAddress | Should -Not -Exist
    }
    It 'is refused where it cannot be used, and never removed' {
        New-Container -Image 'tools' -Name 'none' -Network 'broken' -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -Be 'NetworkConfigInvalid,New-Container'
        Remove-ContainerNetwork -Name 'office' -Force -ErrorVariable problem -ErrorAction SilentlyContinue
        $problem[0].FullyQualifiedErrorId | Should -Be 'NetworkForeign,Remove-ContainerNetwork'
    }
}
