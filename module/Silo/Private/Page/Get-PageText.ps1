function Get-PageText {
    # The words of the page, in the language of the session.
    @{
        graph = $script:Strings.PageGraph; use = $script:Strings.PageUse; layers = $script:Strings.PageLayers; choose = $script:Strings.PageChoose
        container = $script:Strings.PageContainer; containers = $script:Strings.PageContainers; network = $script:Strings.PageNetwork; networks = $script:Strings.PageNetworks
        port = $script:Strings.PagePort; ports = $script:Strings.PagePorts; image = $script:Strings.PageImage; images = $script:Strings.PageImages; layer = $script:Strings.PageLayer
        name = $script:Strings.PageName; state = $script:Strings.PageState; isolation = $script:Strings.PageIsolation; address = $script:Strings.PageAddress; restart = $script:Strings.PageRestart
        made = $script:Strings.PageMade; labels = $script:Strings.PageLabels; driver = $script:Strings.PageDriver; subnets = $script:Strings.PageSubnets; exited = $script:Strings.PageExited
        cpu = $script:Strings.PageCpu; memory = $script:Strings.PageMemory; disk = $script:Strings.PageDisk; processes = $script:Strings.PageProcesses; receivedSent = $script:Strings.PageReceivedSent
        readWritten = $script:Strings.PageReadWritten; processors = $script:Strings.PageProcessors; size = $script:Strings.PageSize; packed = $script:Strings.PagePacked; usedBy = $script:Strings.PageUsedBy
        shared = $script:Strings.PageShared; own = $script:Strings.PageOwn; layerSums = $script:Strings.PageLayerSums; orphaned = $script:Strings.PageOrphaned
        noContainers = $script:Strings.PageNoContainers; nothingRuns = $script:Strings.PageNothingRuns; noImages = $script:Strings.PageNoImages
        live = $script:Strings.PageLive; lost = $script:Strings.PageLost; moment = $script:Strings.PageMoment
    }
}
