function Add-ErrorOutput {
    # The last lines of what failed belong to its error: nobody may have looked at the information stream.
    param([System.Management.Automation.ErrorRecord] $Record, [string[]] $Line)
    $Record.Exception.Data['Output'] = $Line
    $action = $Record.ErrorDetails.RecommendedAction
    $text = @($Record.ErrorDetails.Message) + @($Line | ForEach-Object { '  ' + $_ })
    $Record.ErrorDetails = New-Object -TypeName System.Management.Automation.ErrorDetails -ArgumentList ($text -join [Environment]::NewLine)
    $Record.ErrorDetails.RecommendedAction = $action
}
