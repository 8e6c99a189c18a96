@{
    EngineStarted = '엔진을 시작했습니다(프로세스 {0}).'
    StartContainer = '컨테이너 시작'
    StopContainer = '컨테이너 중지'
    RemoveContainer = '컨테이너 제거'
    NewContainer = '컨테이너 만들기'
    InvokeImage = '컨테이너 실행'
    StartProcess = '{0} 프로세스 시작'
    ImportImage = '이미지 가져오기'
    RemoveImage = '이미지 제거'
    SetIsolation = '격리를 {0}(으)로 설정'
    ThisHost = '이 호스트'
    ContainerRunsAlready = "컨테이너 '{0}'은(는) 이미 실행 중입니다."
    ContainerDoesNotRun = "컨테이너 '{0}'은(는) 실행 중이 아닙니다."
    ContainerStopped = "컨테이너 '{0}'이(가) {2}ms 후에 종료되었습니다({1})."
    ContainerIsNotThere = '컨테이너가 없었습니다.'
    ContainerExists = "컨테이너 '{0}'은(는) 같은 사양으로 이미 있습니다."
    ImageRemoved = '{0}을(를) 제거했습니다. {1}바이트를 확보했습니다.'
    MountPartUnknown = "'{0}'은(는) type, source, target, readonly 중 하나가 아닙니다"
    MountIncomplete = 'type=bind 또는 type=volume, 그리고 source와 target이 필요합니다'
}
