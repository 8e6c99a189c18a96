BeforeAll {
    $root = Split-Path -Path (Split-Path -Path $PSScriptRoot -Parent) -Parent
    $script = Join-Path -Path $root -ChildPath 'build/package/sign-module.ps1'
}

Describe 'The script that signs a module' -Tag Once {
    It 'says where it cannot' -Skip:($PSVersionTable.PSEdition -ne 'Core' -or $IsWindows) {
        $said = '' | & (Get-Process -Id $PID).Path -NoProfile -NonInteractive -File $script -Path $TestDrive 2>&1
        $LASTEXITCODE | Should -Not -Be 0
        "$said" -replace '\x1b\[[0-9;]*m' -replace '\s+', ' ' | Should -Match 'is not there: a module is signed on Windows'
    }

    Context 'with stand-ins for the commands of Windows' -Skip:($PSVersionTable.PSEdition -ne 'Core' -or $IsWindows) {
        BeforeAll {
            $signed = New-Object -TypeName System.Collections.ArrayList
            $status = @{ Of = 'Valid' }
            # Functions of this block: what it calls sees them, and nothing after it.
            function Set-AuthenticodeSignature {
                param($FilePath, $Certificate, $HashAlgorithm, $TimestampServer)
                [void] $signed.Add("$FilePath $($Certificate.Thumbprint) $HashAlgorithm $TimestampServer".Trim())
                @{ Status = $status.Of; StatusMessage = 'as it was told' }
            }
            function New-FileCatalog { param($Path, $CatalogFilePath, $CatalogVersion) [void] $signed.Add("catalog $CatalogVersion of $Path"); Set-Content -LiteralPath $CatalogFilePath -Value 'x' }
            function Get-ChildItem {
                [CmdletBinding()]
                param([string[]] $Path, [string] $LiteralPath, [switch] $Recurse, [switch] $File)
                if ("$Path" -match '^Cert:') { return [pscustomobject] @{ Thumbprint = 'AAAA' }, [pscustomobject] @{ Thumbprint = 'BBBB' } }
                Microsoft.PowerShell.Management\Get-ChildItem -LiteralPath $LiteralPath -Recurse:$Recurse -File:$File
            }
            $folder = Join-Path -Path (Get-Item -LiteralPath $TestDrive).FullName -ChildPath 'Silo'
            [void] (New-Item -Path "$folder/en-US", "$folder/engine" -ItemType Directory)
            foreach ($name in 'Silo.psd1', 'Silo.psm1', 'Silo.Format.ps1xml', 'en-US/Strings.psd1', 'engine/node', 'engine/silo.mjs') { Set-Content -LiteralPath "$folder/$name" -Value 'x' }
        }
        AfterAll {
            $env:SILO_SIGNING_THUMBPRINT = $null
            $env:SILO_TIMESTAMP_SERVER = $null
        }
        BeforeEach { $signed.Clear(); $status.Of = 'Valid'; $env:SILO_SIGNING_THUMBPRINT = 'BBBB'; $env:SILO_TIMESTAMP_SERVER = 'http://time.example' }
        It 'signs the files of PowerShell, then makes the catalog, and signs it last' {
            & $script -Path $folder
            $signed.Count | Should -Be 6
            $signed[0..3] | Should -Be @("$folder/Silo.Format.ps1xml", "$folder/Silo.psd1", "$folder/Silo.psm1", "$folder/en-US/Strings.psd1" | ForEach-Object { "$_ BBBB SHA256 http://time.example" })
            $signed[4] | Should -Be "catalog 2 of $folder"
            $signed[5] | Should -Be "$folder/Silo.cat BBBB SHA256 http://time.example"
        }
        It 'needs the certificate that was named' {
            $env:SILO_SIGNING_THUMBPRINT = 'CCCC'
            { & $script -Path $folder } | Should -Throw "There is no certificate 'CCCC'."
            $env:SILO_SIGNING_THUMBPRINT = $null
            { & $script -Path $folder } | Should -Throw 'SILO_SIGNING_THUMBPRINT names no certificate.'
            $signed.Count | Should -Be 0
        }
        It 'ends where a file cannot be signed' {
            $status.Of = 'UnknownError'
            { & $script -Path $folder } | Should -Throw '*could not be signed: as it was told'
            $signed.Count | Should -Be 1
        }
    }
}
