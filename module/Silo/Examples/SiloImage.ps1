# An image that is there. With Pull = 'Always' it is what the registry has under the reference now.
Invoke-DscResource -ModuleName Silo -Name SiloImage -Method Set -Property @{ Reference = 'busybox:latest' }
