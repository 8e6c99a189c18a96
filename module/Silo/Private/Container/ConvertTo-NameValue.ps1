function ConvertTo-NameValue {
    # Dictionaries travel as lists: names may be empty, or differ in case alone.
    param([System.Collections.IDictionary] $Dictionary)
    foreach ($entry in $Dictionary.GetEnumerator()) { @{ name = [string] $entry.Key; value = [string] $entry.Value } }
}
