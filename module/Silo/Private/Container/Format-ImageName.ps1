function Format-ImageName {
    # docker.io/library/busybox:latest is what people call busybox:latest.
    param([string] $Reference)
    $Reference -replace '^docker\.io/(library/)?', ''
}
