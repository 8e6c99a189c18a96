# A volume that outlives the containers that mount it.
Invoke-DscResource -ModuleName Silo -Name SiloVolume -Method Set -Property @{ Name = 'data'; Label = @{ backup = 'daily' } }
