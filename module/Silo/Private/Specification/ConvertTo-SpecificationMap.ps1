function ConvertTo-SpecificationMap {
    # Names with their values as a dictionary; where one is empty, or two differ in case alone, no file can hold that, and it is a list.
    param([object[]] $Entry)
    $map = [ordered] @{}
    foreach ($one in $Entry) {
        if ($one.Name -eq '' -or $map.Contains($one.Name)) { return , @(foreach ($each in $Entry) { [ordered] @{ Name = $each.Name; Value = $each.Value } }) }
        $map[$one.Name] = $one.Value
    }
    $map
}
