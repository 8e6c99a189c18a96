BeforeDiscovery {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
    $missing = @(Get-MissingForContainer; Get-MissingForRegistry) | Select-Object -First 1
    if ($missing) { Write-Information -MessageData "Signatures in a live registry cannot be tried here ($missing): their tests are skipped." -InformationAction Continue }
}

# A signature as cosign makes one: a "simple signing" payload that names the image's digest, signed with ECDSA P-256, in a manifest
# whose subject is the image (OCI distribution specification 1.1, "Referrers").
Describe 'A signed image' -Skip:([bool] $missing) {
    BeforeAll {
        Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
        $stateRoot = Initialize-StateRoot
        $registry = Start-TestRegistry
        $name = "$($registry.Host)/team/signed:1.0"
        $folder = (Get-Item -LiteralPath $TestDrive).FullName
        [void] (Import-ContainerImage -Path (New-RootFileSystem -Folder $folder) -Name $name -Command '/bin/sh')
        $pushed = Submit-ContainerImage -Name $name
        $key = [System.Security.Cryptography.ECDsa]::Create([System.Security.Cryptography.ECCurve+NamedCurves]::nistP256)

        function Get-Sha256([byte[]] $Bytes) { 'sha256:' + [System.Convert]::ToHexString([System.Security.Cryptography.SHA256]::HashData($Bytes)).ToLowerInvariant() }
        function Get-Url([string] $Path) { "http://$($registry.Host)/v2/$Path" }
        function Send-Blob([string] $Repository, [byte[]] $Bytes) {
            $digest = Get-Sha256 -Bytes $Bytes
            $begun = Invoke-WebRequest -Method Post -Uri (Get-Url "$Repository/blobs/uploads/")
            [void] (Invoke-WebRequest -Method Put -Uri "$($begun.Headers.Location)&digest=$digest" -Body $Bytes -ContentType 'application/octet-stream')
            $digest
        }
        function Send-Manifest([string] $Repository, [string] $Tag, [hashtable] $Manifest) {
            $bytes = [System.Text.Encoding]::UTF8.GetBytes(($Manifest | ConvertTo-Json -Depth 10 -Compress))
            $digest = Get-Sha256 -Bytes $bytes
            [void] (Invoke-WebRequest -Method Put -Uri (Get-Url "$Repository/manifests/$(if ($Tag) { $Tag } else { $digest })") -Body $bytes -ContentType $Manifest.mediaType)
            @{ mediaType = $Manifest.mediaType; digest = $digest; size = $bytes.Length }
        }
        function Get-Manifest([string] $Repository, [string] $Reference) {
            # PowerShell takes the media type for one that is no text.
            $answer = Invoke-WebRequest -Uri (Get-Url "$Repository/manifests/$Reference") -Headers @{ Accept = 'application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json' }
            [System.Text.Encoding]::UTF8.GetString($answer.RawContentStream.ToArray()) | ConvertFrom-Json
        }

        $manifestType = 'application/vnd.oci.image.manifest.v1+json'
        $signatureType = 'application/vnd.dev.cosign.artifact.sig.v1+json'
        $payload = [System.Text.Encoding]::UTF8.GetBytes((@{ critical = @{ identity = @{ 'docker-reference' = $name }; image = @{ 'docker-manifest-digest' = $pushed.Digest }; type = 'cosign container image signature' }; optional = $null } | ConvertTo-Json -Depth 5 -Compress))
        $signed = [System.Convert]::ToBase64String($key.SignData($payload, [System.Security.Cryptography.HashAlgorithmName]::SHA256))
        $subjectSize = (Invoke-WebRequest -Method Head -Uri (Get-Url "team/signed/manifests/$($pushed.Digest)") -Headers @{ Accept = $manifestType }).Headers.'Content-Length' | ForEach-Object { [long] $_ }
        $signature = @{
            schemaVersion = 2; mediaType = $manifestType; artifactType = $signatureType
            config = @{ mediaType = 'application/vnd.oci.empty.v1+json'; digest = (Send-Blob -Repository 'team/signed' -Bytes ([byte[]] (0x7b, 0x7d))); size = 2 }
            layers = @(@{ mediaType = 'application/vnd.dev.cosign.simplesigning.v1+json'; digest = (Send-Blob -Repository 'team/signed' -Bytes $payload); size = $payload.Length; annotations = @{ 'dev.cosignproject.cosign/signature' = $signed } })
            subject = @{ mediaType = $manifestType; digest = $pushed.Digest; size = $subjectSize }
        }
        $described = Send-Manifest -Repository 'team/signed' -Manifest $signature
        # This registry keeps no list of referrers: the specification's fallback is an index under a tag.
        [void] (Send-Manifest -Repository 'team/signed' -Tag $pushed.Digest.Replace(':', '-') -Manifest @{ schemaVersion = 2; mediaType = 'application/vnd.oci.image.index.v1+json'; manifests = @($described + @{ artifactType = $signatureType }) })
    }
    AfterAll {
        if ($key) { $key.Dispose() }
        Stop-TestRegistry -Registry $registry
        Clear-StateRoot -Path $stateRoot
    }

    It 'shows its signature' {
        $found = Find-ContainerImage -ReferrerOf $name
        $found.ArtifactType | Should -Be $signatureType
        $found.Digest | Should -Be $described.digest
    }
    It 'keeps it when it is mirrored: the copy still verifies' {
        Remove-ContainerImage -Name $name
        [void] (Request-ContainerImage -Reference $name -Platform all -IncludeReferrer)
        $copy = "$($registry.Host)/mirror/signed:1.0"
        (Submit-ContainerImage -Name $name -Destination $copy -AllPlatform).Digest | Should -Be $pushed.Digest
        $found = Find-ContainerImage -ReferrerOf $copy
        $found.Digest | Should -Be $described.digest
        $layer = (Get-Manifest -Repository 'mirror/signed' -Reference $found.Digest).layers[0]
        $bytes = (Invoke-WebRequest -Uri (Get-Url "mirror/signed/blobs/$($layer.digest)")).RawContentStream.ToArray()
        $key.VerifyData($bytes, [System.Convert]::FromBase64String($layer.annotations.'dev.cosignproject.cosign/signature'), [System.Security.Cryptography.HashAlgorithmName]::SHA256) | Should -BeTrue
        ([System.Text.Encoding]::UTF8.GetString($bytes) | ConvertFrom-Json).critical.image.'docker-manifest-digest' | Should -Be $pushed.Digest
    }
    It 'is not mirrored with it where nobody asks' {
        Remove-ContainerImage -Name $name
        [void] (Request-ContainerImage -Reference $name)
        [void] (Submit-ContainerImage -Name $name -Destination "$($registry.Host)/plain/signed:1.0")
        Find-ContainerImage -ReferrerOf "$($registry.Host)/plain/signed:1.0" | Should -BeNullOrEmpty
    }
}
