function Test-ContainerCredentialSpec {
    <#
    .SYNOPSIS
    Tests a credential specification of a group managed service account.
    .DESCRIPTION
    Gives one object for each check: whether the document is there and is JSON, whether it has the fields that Windows reads, whether the identifier of
    the domain is one, whether the account stands in it for the domain's long and short name, whether this machine belongs to that domain, whether the
    account is of the domain that the document names, and whether this machine can get the account's password. Satisfied is empty for what cannot be asked here:
    the last three need Windows, and the last the module ActiveDirectory. Nothing is changed and no password is read.
    .PARAMETER Path
    File with the document, as New-CredentialSpec of the module CredentialSpec writes it.
    .PARAMETER InputObject
    The document itself: JSON, a hashtable, or an object made from JSON.
    .PARAMETER Quiet
    Gives only $false where something is wrong; else $true, also where not everything could be asked.
    .EXAMPLE
    Test-ContainerCredentialSpec -Path ./web.json

    Shows every check.
    .EXAMPLE
    Get-Content -Path ./web.json -Raw | Test-ContainerCredentialSpec | Where-Object Satisfied -eq $false | Format-List

    Shows what is wrong with a document, and what mends it.
    .INPUTS
    System.String, System.Collections.IDictionary
    .OUTPUTS
    Silo.CredentialSpecCheck, or System.Boolean with -Quiet
    .LINK
    Test-ContainerHost
    .EXTERNALHELP Silo-help.xml
    #>
    [CmdletBinding(DefaultParameterSetName = 'Path')]
    [OutputType('Silo.CredentialSpecCheck')]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true, Position = 0, ParameterSetName = 'Path')]
        [ValidateNotNullOrEmpty()]
        [string] $Path,

        [Parameter(Mandatory = $true, ParameterSetName = 'InputObject', ValueFromPipeline = $true)]
        [ValidateNotNullOrEmpty()]
        [object] $InputObject,

        [switch] $Quiet
    )
    begin { . Import-CallerPreference }
    process {
        $read = Read-CredentialSpec -Cmdlet $PSCmdlet -Path $Path -InputObject $InputObject
        $checks = New-Object -TypeName System.Collections.ArrayList
        $remedy = 'New-CredentialSpec -AccountName <name>'
        $isJson = $read.Problem -ne 'NoJson'
        if ($Path) { [void] $checks.Add(@{ Check = 'File'; Satisfied = $read.Problem -ne 'Missing'; Detail = $Path; Remedy = $remedy }) }
        if ($read.Problem -ne 'Missing') { [void] $checks.Add(@{ Check = 'Json'; Satisfied = $isJson; Detail = $(if ($isJson) { $script:Strings.CheckPassed } else { $script:Strings.SpecNoJson }); Remedy = $remedy }) }
        if (-not $read.Problem) {
            $problems = @(Get-CredentialSpecProblem -Spec $read.Spec)
            foreach ($name in 'Shape', 'DomainSid', 'Scope') {
                $texts = @($problems | Where-Object -FilterScript { $_.Check -eq $name } | ForEach-Object -Process { $_.Text })
                [void] $checks.Add(@{ Check = $name; Satisfied = $texts.Count -eq 0; Detail = $(if ($texts.Count -eq 0) { $script:Strings.CheckPassed } else { $texts -join ' ' }); Remedy = $remedy })
            }
            # Windows is asked about a document that names a domain and an account, and no other.
            if ($problems.Count -eq 0) { [void] $checks.AddRange(@(Get-CredentialHostFact -Spec $read.Spec)) }
        }
        if ($Quiet) { return @($checks | Where-Object -FilterScript { $_.Satisfied -eq $false -and $null -ne $_.Satisfied }).Count -eq 0 }
        foreach ($one in $checks) { [pscustomobject] @{ PSTypeName = 'Silo.CredentialSpecCheck'; Name = $one.Check; Satisfied = $one.Satisfied; Detail = $one.Detail; Remedy = $(if ($one.Satisfied -ne $true) { $one.Remedy }) } }
    }
}
