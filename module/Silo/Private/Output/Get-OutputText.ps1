function Get-OutputText {
    # Where the lines of a container are gathered for -PassThru and -Wait.
    @{ StdOut = New-Object -TypeName System.Text.StringBuilder; StdErr = New-Object -TypeName System.Text.StringBuilder }
}
