Describe 'A credential specification' -Tag Fast {
    BeforeAll {
        Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'TestSupport.psm1') -Force
        Import-SiloForTest
        function Get-Spec {
            # As New-CredentialSpec writes it.
            @{
                CmsPlugins = @('ActiveDirectory')
                DomainJoinConfig = @{ Sid = 'S-1-5-21-2126449477-2524075714-3094792973'; MachineAccountName = 'WebApp01'; Guid = '244818ae-87ac-4fcd-92ec-e79e5252348a'; DnsTreeName = 'contoso.com'; DnsName = 'contoso.com'; NetBiosName = 'CONTOSO' }
                ActiveDirectoryConfig = @{ GroupManagedServiceAccounts = @(@{ Name = 'WebApp01'; Scope = 'contoso.com' }, @{ Name = 'WebApp01'; Scope = 'CONTOSO' }) }
            }
        }
        function Get-Failed { param($Spec) @($Spec | Test-ContainerCredentialSpec | Where-Object Satisfied -EQ $false).Name }
        $path = Join-Path -Path $TestDrive -ChildPath 'web.json'
        ConvertTo-Json -InputObject (Get-Spec) -Depth 8 | Set-Content -LiteralPath $path
    }
    AfterAll { Remove-SiloForTest }

    It 'that is right is so as a file, as JSON, as a hashtable and as an object' {
        $checks = Test-ContainerCredentialSpec -Path $path
        $checks[0].PSTypeNames | Should -Contain 'Silo.CredentialSpecCheck'
        $checks.Name | Should -Be 'File', 'Json', 'Shape', 'DomainSid', 'Scope', 'Joined', 'SidOfDomain', 'Retrievable'
        @($checks)[0..4].Satisfied | Should -Not -Contain $false
        Get-Content -LiteralPath $path -Raw | Test-ContainerCredentialSpec -Quiet | Should -BeTrue
        Get-Spec | Test-ContainerCredentialSpec -Quiet | Should -BeTrue
        Get-Content -LiteralPath $path -Raw | ConvertFrom-Json | Test-ContainerCredentialSpec -Quiet | Should -BeTrue
    }
    It 'says on Linux what cannot be asked, and does not call it right' -Skip:(-not $IsLinux) {
        $checks = Test-ContainerCredentialSpec -Path $path | Where-Object Name -In 'Joined', 'SidOfDomain', 'Retrievable'
        foreach ($check in $checks) {
            $check.Satisfied | Should -BeNullOrEmpty
            $check.Detail | Should -Match 'Windows'
            $check.Remedy | Should -Match 'Windows'
        }
    }
    It 'that is not there, or is no JSON, is told so, and nothing more' {
        $check = @(Test-ContainerCredentialSpec -Path "$path.not")
        $check.Name, $check.Satisfied | Should -Be 'File', $false
        $check.Remedy | Should -Match '^New-CredentialSpec'
        Get-Failed '{ "CmsPlugins": ' | Should -Be 'Json'
        Get-Failed '["ActiveDirectory"]' | Should -Be 'Json'
        '{}' | Test-ContainerCredentialSpec -Quiet | Should -BeFalse
    }
    It 'lacks <Name> where it does, and is told so' -ForEach @(
        @{ Name = 'the plug-in'; Change = { param($spec) $spec.CmsPlugins = @() }; Check = 'Shape' }
        @{ Name = 'the domain'; Change = { param($spec) $spec.Remove('DomainJoinConfig') }; Check = 'Shape', 'DomainSid' }
        @{ Name = 'an identifier of a domain'; Change = { param($spec) $spec.DomainJoinConfig.Sid = 'S-1-5-32-544' }; Check = 'DomainSid' }
        @{ Name = 'a domain without an account in its identifier'; Change = { param($spec) $spec.DomainJoinConfig.Sid += '-1105' }; Check = 'DomainSid' }
        @{ Name = 'a name of an account without $'; Change = { param($spec) $spec.DomainJoinConfig.MachineAccountName = 'WebApp01$' }; Check = 'Shape', 'Scope' }
        @{ Name = 'a GUID'; Change = { param($spec) $spec.DomainJoinConfig.Guid = '244818ae' }; Check = 'Shape' }
        @{ Name = 'the accounts'; Change = { param($spec) $spec.ActiveDirectoryConfig = @{} }; Check = 'Shape' }
        @{ Name = 'the account for the short name'; Change = { param($spec) $spec.ActiveDirectoryConfig.GroupManagedServiceAccounts = @(@{ Name = 'WebApp01'; Scope = 'contoso.com' }) }; Check = 'Scope' }
    ) {
        $spec = Get-Spec
        & $Change $spec
        Get-Failed $spec | Should -Be $Check
        ($spec | Test-ContainerCredentialSpec | Where-Object Satisfied -EQ $false)[0].Detail | Should -Not -BeNullOrEmpty
    }
    Context 'on a Windows that is played' {
        BeforeAll {
            # The commands of Windows, as functions that the module finds first; the rest of the module believes that it is on Windows.
            $played = @{ Domain = 'contoso.com'; Joined = $true; Sid = 'S-1-5-21-2126449477-2524075714-3094792973-1105'; Works = $true }
            & (Get-Module -Name Silo) {
                param($played)
                $script:Played = $played
                $script:OnWindows = $true
                function script:Get-AccountSid { $script:Played.Sid }
                function script:Test-ADServiceAccount { param($Identity, $WarningAction) if (-not $script:Played.Works) { throw "$Identity, $WarningAction" }; $true }
            } $played
            New-Module -Name CimCmdlets -ScriptBlock { param($played) function Get-CimInstance { [CmdletBinding()] param($ClassName) @{ Win32_ComputerSystem = @{ PartOfDomain = $played.Joined; Domain = $played.Domain } }[$ClassName] } } -ArgumentList $played | Import-Module -Global
            function Get-Fact { param($Spec = (Get-Spec)) $Spec | Test-ContainerCredentialSpec | Where-Object Name -In 'Joined', 'SidOfDomain', 'Retrievable' }
        }
        BeforeEach { $played.Domain = 'contoso.com'; $played.Joined = $true; $played.Sid = 'S-1-5-21-2126449477-2524075714-3094792973-1105'; $played.Works = $true }
        AfterAll { Remove-Module -Name CimCmdlets -ErrorAction Ignore; Import-SiloForTest }

        It 'is right where domain, identifier and account are' {
            (Get-Fact).Satisfied | Should -Be $true, $true, $true
        }
        It 'names another domain than that of the machine' {
            $played.Domain = 'fabrikam.com'
            $fact = @(Get-Fact)[0]
            $fact.Satisfied, $fact.Remedy | Should -Be $false, 'Add-Computer -DomainName contoso.com'
            $fact.Detail | Should -Match 'fabrikam\.com'
        }
        It 'needs no domain of the machine where a plug-in gets the password' {
            $played.Joined = $false
            $spec = Get-Spec
            $spec.ActiveDirectoryConfig.HostAccountConfig = @{ PortableCcgVersion = '1'; PluginGUID = '{859E1386-BDB4-49E8-85C7-3070B13920E1}'; PluginInput = 'x' }
            @(Get-Fact -Spec $spec)[0].Satisfied | Should -BeTrue
            @(Get-Fact)[0].Satisfied | Should -BeFalse
        }
        It 'has the identifier of a wrong domain' {
            $played.Sid = 'S-1-5-21-1-2-3-1105'
            @(Get-Fact)[1].Satisfied | Should -BeFalse
        }
        It 'names an account whose password this machine may not have' {
            $played.Works = $false
            $fact = @(Get-Fact)[2]
            $fact.Satisfied | Should -BeFalse
            $fact.Detail | Should -Not -BeNullOrEmpty
            $fact.Remedy | Should -Match 'PrincipalsAllowedToRetrieveManagedPassword'
        }
    }
}
