function ConvertTo-BuildParameter {
    # The parameters of New-ContainerImage in the words of image/build.
    param($Cmdlet, [System.Collections.IDictionary] $Bound)
    $wire = @{ path = Resolve-HostPath -Cmdlet $Cmdlet -Path $Bound['Path'] }
    if ($Bound.ContainsKey('Dockerfile')) {
        $wire.dockerfile = $Bound['Dockerfile']
        # In the folder first, as the engine reads it; a path from where the caller stands is the other meaning.
        $here = if (-not $siloHost) { $Cmdlet.GetUnresolvedProviderPathFromPSPath($wire.dockerfile) }
        if ($here -and -not (Test-Path -LiteralPath (Join-Path -Path $wire.path -ChildPath $wire.dockerfile)) -and (Test-Path -LiteralPath $here)) { $wire.dockerfile = $here }
    }
    if ($Bound.ContainsKey('Reference')) { $wire.references = [string[]] @($Bound['Reference']) }
    if ($Bound.ContainsKey('Target')) { $wire.target = $Bound['Target'] }
    if ($Bound.ContainsKey('BuildArgument')) { $wire.buildArguments = @(ConvertTo-NameValue -Dictionary $Bound['BuildArgument']) }
    if ($Bound.ContainsKey('Label')) { $wire.labels = @(ConvertTo-NameValue -Dictionary $Bound['Label']) }
    if ($Bound.ContainsKey('Secret')) {
        $files = ConvertTo-PathTable -Cmdlet $Cmdlet -Dictionary $Bound['Secret']
        $wire.secrets = @(foreach ($id in $files.Keys) { @{ id = $id; source = $files[$id] } })
    }
    if ($Bound.ContainsKey('NoCache')) { $wire.noCache = [bool] $Bound['NoCache'] }
    if ($Bound.ContainsKey('NetworkMode')) { $wire.network = $Bound['NetworkMode'] }
    if ($Bound.ContainsKey('SourceDateEpoch')) { $wire.sourceDateEpoch = $Bound['SourceDateEpoch'] }
    if ($Bound.ContainsKey('Credential')) { $wire.credential = ConvertTo-WireCredential -Credential $Bound['Credential'] }
    $wire
}
