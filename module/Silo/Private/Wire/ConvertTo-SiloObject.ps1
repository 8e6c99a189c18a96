function ConvertTo-SiloObject {
    # Gives wire records their type name and their times. They are changed in place: copies of 10,000
    # objects cost a second. `$o.PSObject.TypeNames` instead of `$o.PSTypeNames` costs another.
    param([string] $TypeName, [string] $Method, [object[]] $Record)
    $times = (Get-SiloContract).Methods[$Method].Times
    foreach ($item in $Record) {
        $item.PSTypeNames.Insert(0, $TypeName)
        foreach ($time in $times) {
            $value = $item.$time
            if ($null -ne $value) { $item.$time = ConvertFrom-WireTime $value }
        }
        $item
    }
}
