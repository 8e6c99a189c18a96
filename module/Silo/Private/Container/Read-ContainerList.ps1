function Read-ContainerList {
    # Every container, page by page; the next page is under way while this one is used.
    param($Cmdlet, [hashtable] $Parameter = @{})
    $request = $null
    $next = $null
    try {
        $next = Open-EngineRequest -Cmdlet $Cmdlet -Method 'container/list' -Parameter $Parameter
        while ($null -ne $next) {
            $request = $next
            $next = $null
            $page = Receive-EngineAnswer -Request $request
            if ($null -eq $page) { return }
            if ($null -ne $page.Next) { $next = Open-EngineRequest -Cmdlet $Cmdlet -Method 'container/list' -Parameter ($Parameter + @{ cursor = $page.Next }) }
            ConvertTo-SiloObject -TypeName 'Silo.Container' -Method 'container/list' -Record $page.Items
        }
    } finally {
        Close-EngineRequest -Request $request
        Close-EngineRequest -Request $next
    }
}
