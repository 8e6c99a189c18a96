function Read-EngineFrame {
    # Answers the body of the next message, or nothing where none arrived in time. Never blocks for
    # longer than asked: PowerShell can stop a command only between two statements.
    param([hashtable] $Engine, [int] $WaitMilliseconds)
    while ($true) {
        if ($Engine.Draining.IsFaulted) { $Engine.Draining = $Engine.Process.StandardError.BaseStream.CopyToAsync([System.IO.Stream]::Null) }
        if ($Engine.BodyLength -lt 0 -and $Engine.End -gt $Engine.Start) {
            $head = [System.Text.Encoding]::ASCII.GetString($Engine.Buffer, $Engine.Start, [Math]::Min(256, $Engine.End - $Engine.Start))
            $end = $head.IndexOf("`r`n`r`n", [StringComparison]::Ordinal)
            if ($end -ge 0) {
                if ($head -notmatch '(?i)^(?:.*\r\n)*Content-Length: *(\d+)') { $Engine.Lost = 'no Content-Length'; return }
                $Engine.Busy = $true
                $Engine.BodyLength = [int] $Matches[1]
                $Engine.Start += $end + 4
                $Engine.Busy = $false
            }
        }
        if ($Engine.BodyLength -ge 0 -and ($Engine.End - $Engine.Start) -ge $Engine.BodyLength) {
            $text = [System.Text.Encoding]::UTF8.GetString($Engine.Buffer, $Engine.Start, $Engine.BodyLength)
            $Engine.Busy = $true
            $Engine.Start += $Engine.BodyLength
            $Engine.BodyLength = -1
            $Engine.Busy = $false
            return $text
        }
        if ($Engine.Lost) { return }

        $count = if ($Engine.BySession) { Read-SessionOutput -Engine $Engine -WaitMilliseconds $WaitMilliseconds } else { Read-ProcessOutput -Engine $Engine -WaitMilliseconds $WaitMilliseconds }
        if ($null -eq $count) { return }
        if ($count -eq 0) { $Engine.Lost = Get-EngineEnd -Engine $Engine; return }
    }
}
