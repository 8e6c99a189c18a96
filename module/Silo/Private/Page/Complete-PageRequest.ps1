function Complete-PageRequest {
    # Answers one request. The engine is asked when a browser asks: a page that nobody looks at costs nothing.
    param($Cmdlet, [hashtable] $Server, [hashtable] $Request, [double] $IntervalSeconds)
    $answer = Get-PageAnswer -Server $Server -Request $Request
    if (-not $answer.ContainsKey('Content')) {
        Send-PageAnswer -Request $Request -Status $answer.Status -Field "$($answer['Field'])"
        return
    }
    $picture = Get-HostPicture -Cmdlet $Cmdlet -IntervalSeconds $IntervalSeconds
    if ($null -eq $picture) {
        Send-PageAnswer -Request $Request -Status '503 Service Unavailable'
    } elseif ($answer.Content -eq 'Picture') {
        Send-PageAnswer -Request $Request -Status $answer.Status -Kind 'application/json' -Text (ConvertTo-PageJson -Value $picture)
    } else {
        $page = Format-HostPage -Picture $picture
        Send-PageAnswer -Request $Request -Status $answer.Status -Kind 'text/html' -Text $page.Text -Field "Content-Security-Policy: $($page.Policy)`r`n"
    }
}
