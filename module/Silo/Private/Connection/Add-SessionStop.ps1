function Add-SessionStop {
    # Has a pipeline stopped before its session closes: PowerShell's own closing of a session over ssh may wait for a running one without
    # end. The thread that closes cannot run script, so the handler is an expression. Answers it, to be taken away again.
    param($Runspace, $Pipeline)
    $kit = [System.Linq.Expressions.Expression]
    $from = $kit::Parameter([object])
    $change = $kit::Parameter([System.Management.Automation.Runspaces.RunspaceStateEventArgs])
    $isClosing = $kit::Equal($kit::Property($kit::Property($change, 'RunspaceStateInfo'), 'State'), $kit::Constant([System.Management.Automation.Runspaces.RunspaceState]::Closing))
    $stop = $kit::TryCatch($kit::Call($kit::Constant($Pipeline), [System.Management.Automation.Runspaces.Pipeline].GetMethod('Stop')), [System.Linq.Expressions.CatchBlock[]] @($kit::Catch([System.Exception], $kit::Empty())))
    $handler = $kit::Lambda([System.EventHandler[System.Management.Automation.Runspaces.RunspaceStateEventArgs]], $kit::IfThen($isClosing, $stop), [System.Linq.Expressions.ParameterExpression[]] @($from, $change)).Compile()
    $Runspace.add_StateChanged($handler)
    $handler
}
