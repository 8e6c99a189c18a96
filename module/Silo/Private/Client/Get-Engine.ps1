function Get-Engine {
    # Answers an engine that is known to be in order, and starts one where there is none.
    param($Cmdlet)
    $connection = Resolve-HostConnection -Cmdlet $Cmdlet
    $engine = Get-CurrentEngine -Connection $connection
    if ($null -ne $engine) {
        if ($engine.Busy) {
            Write-Debug -Message 'A command was stopped in the middle of a read or write: its engine is given up.'
            Close-Engine -Engine $engine
        } elseif ($engine.Lost -or $engine.Process.HasExited) {
            # After five idle minutes an engine ends by itself; the next one starts without a word.
            Close-Engine -Engine $engine
        } else {
            if ($engine.Open.Count -gt 0) { Close-StrayRequest -Engine $engine }
            return $engine
        }
    }
    Open-Engine -Cmdlet $Cmdlet -Connection $connection
}
