# A web server that runs: made where it is missing, changed in place where its memory differs, made anew where its
# image does. A property that is left out is not managed.
$property = @{
    Name          = 'web'
    Image         = 'busybox:latest'
    Command       = @('httpd', '-f', '-p', '8080', '-h', '/tmp')
    Environment   = @{ TZ = 'Asia/Seoul' }
    MemoryBytes   = 64MB
    RestartPolicy = 'UnlessStopped'
    State         = 'Running'
}
Invoke-DscResource -ModuleName Silo -Name SiloContainer -Method Set -Property $property
