function Read-ContainerList {
    # Every container, page by page; the next page is under way while this one is used.
    param($Cmdlet, [hashtable] $Parameter = @{})
    $request = $null
    $next = $null
    $isLater = $false
    try {
        $next = Open-EngineRequest -Cmdlet $Cmdlet -Method 'container/list' -Parameter $Parameter
        while ($null -ne $next) {
            $request = $next
            $next = $null
            $page = Receive-EngineAnswer -Request $request
            if ($null -eq $page) { return }
            if ($null -ne $page.Next) { $next = Open-EngineRequest -Cmdlet $Cmdlet -Method 'container/list' -Parameter ($Parameter + @{ cursor = $page.Next }) }
            # The first page is what completion offers until somebody asks again; a list of thousands is no help at a prompt.
            if (-not $isLater) { Save-KnownName -Kind Container -Item $page.Items -Whole:($Parameter.Count -eq 0) }
            $isLater = $true
            ConvertTo-SiloObject -TypeName 'Silo.Container' -Method 'container/list' -Record $page.Items
        }
    } finally {
        Close-EngineRequest -Request $request
        Close-EngineRequest -Request $next
    }
}
