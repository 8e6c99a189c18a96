function Get-SpecificationField {
    # What a specification may say: parameters of New-Container with their types, in its order. Left out are those that say how a container is made,
    # and not what it is; they belong to the command.
    $ofCommand = 'From', 'InputObject', 'EnvironmentFile', 'Pull', 'IfNotExists', 'HostConnection'
    $field = [ordered] @{}
    $command = Microsoft.PowerShell.Core\Get-Command -Name New-Container -CommandType Function
    foreach ($name in $command.ScriptBlock.Ast.Body.ParamBlock.Parameters.Name.VariablePath.UserPath) {
        if ($name -notin $ofCommand) { $field[$name] = $command.Parameters[$name].ParameterType }
    }
    $field
}
