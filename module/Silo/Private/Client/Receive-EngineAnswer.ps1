function Receive-EngineAnswer {
    # Answers the result, or nothing after writing the error it failed with.
    param([hashtable] $Request, [string] $IgnoreCode)
    do {
        while (-not $Request.Answered) {
            if ($Request.Engine.Lost) { Restore-EngineRequest -Request $Request } else { [void] (Read-EngineMessage -Engine $Request.Engine) }
            if ($Request.Progress.Count -gt 0) { Show-EngineProgress -Request $Request }
        }
    } while (Restore-MissingImage -Request $Request)
    if ($null -eq $Request.Error) { return $Request.Result }
    $record = ConvertTo-SiloErrorRecord -WireError $Request.Error
    if ($IgnoreCode -and $record.Exception.Data['Code'] -eq $IgnoreCode) { return }
    if ($Request.LastLines.Count -gt 0) { Add-ErrorOutput -Record $record -Line $Request.LastLines.ToArray() }
    if ($record.CategoryInfo.Category -eq 'ConnectionError') { $Request.Cmdlet.ThrowTerminatingError($record) }
    $Request.Cmdlet.WriteError($record)
}
