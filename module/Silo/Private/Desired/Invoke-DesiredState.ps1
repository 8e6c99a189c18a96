function Invoke-DesiredState {
    # The one way from a DSC resource to the engine. An error ends the method that called: DSC knows no other kind.
    [CmdletBinding()]
    param([string] $Method, $Resource, [hashtable] $Parameter = @{})
    # Nobody looks at the progress of a configuration, and it costs time where it is drawn.
    $ProgressPreference = 'SilentlyContinue'
    $ErrorActionPreference = 'Stop'
    if ($null -ne $Resource) { $Parameter = $Parameter + @{ (Get-DesiredKind -Name $Resource.GetType().Name).Wire = ConvertTo-DesiredWish -Cmdlet $PSCmdlet -Resource $Resource } }
    $result = Invoke-Engine -Cmdlet $PSCmdlet -Method $Method -Parameter $Parameter
    if ($Method -ne 'desired/list') {
        $typeName = $Resource.GetType().Name
        foreach ($difference in $result.Differences) { Write-Verbose -Message ('{0}: {1}: {2}' -f $typeName, (Get-DesiredPropertyName -TypeName $typeName -Property $difference.Property), $difference.Reason) }
    }
    $result
}
