<#
.SYNOPSIS
Writes what PowerShell knows of every exported command, with the help in its comment, as JSON.
#>
[CmdletBinding()]
param([Parameter(Mandatory = $true)] [string] $Manifest)
$ErrorActionPreference = 'Stop'
$OutputEncoding = [Console]::OutputEncoding = New-Object -TypeName System.Text.UTF8Encoding -ArgumentList $false
$module = Import-Module -Name $Manifest -PassThru
$common = @([System.Management.Automation.PSCmdlet]::CommonParameters) + @([System.Management.Automation.PSCmdlet]::OptionalCommonParameters | Where-Object { $_ -notin 'WhatIf', 'Confirm' })

$fact = foreach ($name in $module.ExportedFunctions.Keys | Sort-Object) {
    $command = $module.ExportedFunctions[$name]
    $comment = $command.ScriptBlock.Ast.GetHelpContent()
    $default = @{}
    foreach ($parameter in $command.ScriptBlock.Ast.Body.ParamBlock.Parameters) { if ($parameter.DefaultValue) { $default[$parameter.Name.VariablePath.UserPath] = $parameter.DefaultValue.Extent.Text.Trim("'") } }
    # The parser gives names in upper case, and keeps the line breaks of the source.
    $text = @{}
    if ($comment.Parameters) { foreach ($key in $comment.Parameters.Keys) { $text[$key.ToUpperInvariant()] = $comment.Parameters[$key] } }
    $parameters = foreach ($parameter in $command.Parameters.Values | Where-Object Name -NotIn $common) {
        $set = @($parameter.Attributes | Where-Object { $_ -is [System.Management.Automation.ValidateSetAttribute] })
        @{
            name         = $parameter.Name
            type         = $parameter.ParameterType.Name
            isSwitch     = $parameter.SwitchParameter
            aliases      = @($parameter.Aliases)
            wildcards    = [bool] @($parameter.Attributes | Where-Object { $_ -is [System.Management.Automation.SupportsWildcardsAttribute] })
            values       = @(if ($set) { $set[0].ValidValues })
            defaultValue = "$($default[$parameter.Name])"
            text         = "$($text[$parameter.Name.ToUpperInvariant()])"
        }
    }
    @{
        name        = $name
        synopsis    = "$($comment.Synopsis)"
        description = "$($comment.Description)"
        externalHelp = "$($comment.MamlHelpFile)"
        parameters  = @($parameters)
        sets        = @(foreach ($set in $command.ParameterSets | Sort-Object -Property @{ Expression = 'IsDefault'; Descending = $true }) {
                @{
                    name       = $set.Name
                    parameters = @(foreach ($parameter in $set.Parameters | Where-Object Name -NotIn $common) {
                            @{ name = $parameter.Name; mandatory = $parameter.IsMandatory; position = $parameter.Position; byValue = $parameter.ValueFromPipeline; byPropertyName = $parameter.ValueFromPipelineByPropertyName }
                        })
                }
            })
        examples    = @($comment.Examples | Where-Object { $_ })
        inputs      = @($comment.Inputs | Where-Object { $_ })
        outputs     = @($comment.Outputs | Where-Object { $_ })
        links       = @($comment.Links | Where-Object { $_ })
    }
}
ConvertTo-Json -InputObject @($fact) -Depth 8 -Compress
