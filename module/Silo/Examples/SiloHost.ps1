# The isolation of containers that name none. With Service = $true restart policies work after a reboot.
Invoke-DscResource -ModuleName Silo -Name SiloHost -Method Set -Property @{ IsSingleInstance = 'Yes'; Isolation = 'Process' }
