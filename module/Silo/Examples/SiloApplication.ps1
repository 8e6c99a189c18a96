# The services of a compose file; what differs from the file is changed, and nothing else.
$folder = New-Item -Path (Join-Path -Path ([System.IO.Path]::GetTempPath()) -ChildPath 'shop') -ItemType Directory -Force
Set-Content -LiteralPath (Join-Path -Path $folder.FullName -ChildPath 'compose.yaml') -Value @'
services:
  web:
    image: busybox:latest
    command: [httpd, -f, -p, "8080"]
    network_mode: none
'@
Invoke-DscResource -ModuleName Silo -Name SiloApplication -Method Set -Property @{ Name = 'shop'; Path = @($folder.FullName); State = 'Running' }
