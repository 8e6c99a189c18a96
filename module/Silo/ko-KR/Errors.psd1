@{
    'ParameterInvalid' = @{
        Message = '{parameter}의 값이 올바르지 않습니다: {reason}.'
        Action = '값을 고치고 명령을 다시 실행하세요.'
    }
    'ImageReferenceInvalid' = @{
        Message = '''{reference}''은(는) 올바른 이미지 참조가 아닙니다: {reason}.'
        Action = '[레지스트리/]리포지토리[:태그][@다이제스트] 형식으로 쓰세요. 예: docker.io/library/alpine:3.20. 리포지토리 이름은 소문자입니다.'
    }
    'DigestInvalid' = @{
        Message = '''{digest}''은(는) 올바른 다이제스트가 아닙니다.'
        Action = 'sha256: 다음에 소문자 16진수 64자리를 쓰세요.'
    }
    'PlatformInvalid' = @{
        Message = '''{platform}''은(는) 올바른 플랫폼이 아닙니다.'
        Action = 'os/architecture[/variant] 형식으로 쓰세요. 예: linux/amd64.'
    }
    'ContainerNameInvalid' = @{
        Message = '''{name}''은(는) 올바른 컨테이너 이름이 아닙니다.'
        Action = '문자나 숫자로 시작하는 1~128자의 문자, 숫자, 점, 밑줄, 하이픈을 사용하세요.'
    }
    'SignalInvalid' = @{
        Message = '''{signal}''은(는) 신호가 아닙니다.'
        Action = 'SIGTERM 같은 이름이나 1~64의 숫자를 지정하세요.'
    }
    'CommandMissing' = @{
        Message = '이미지에도 요청에도 실행할 명령이 없습니다.'
        Action = '-Command 또는 -Entrypoint로 명령을 지정하세요.'
    }
    'UserNotFound' = @{
        Message = '사용자 또는 그룹 ''{user}''이(가) 컨테이너의 이미지에 없습니다.'
        Action = '이미지의 /etc/passwd와 /etc/group에 있는 이름이나 uid:gid 숫자를 사용하세요.'
    }
    'CursorInvalid' = @{
        Message = '이 엔진이 내준 페이지 커서가 아닙니다.'
        Action = '첫 페이지부터 다시 요청하세요.'
    }
    'IdAmbiguous' = @{
        Message = '''{id}''(으)로 시작하는 ID가 둘 이상입니다.'
        Action = 'ID를 더 길게 지정하세요.'
    }
    'ContainerNotFound' = @{
        Message = '컨테이너 ''{id}''이(가) 없습니다.'
        Action = 'Get-Container로 이 호스트의 컨테이너를 확인하세요.'
    }
    'ImageNotFound' = @{
        Message = '이 호스트에 이미지 ''{reference}''이(가) 없습니다.'
        Action = 'Get-ContainerImage로 이미지를 확인하세요. Request-ContainerImage는 레지스트리에서, Import-ContainerImage는 보관 파일에서 이미지를 가져옵니다.'
    }
    'BlobNotFound' = @{
        Message = '콘텐츠 {digest}이(가) 저장소에 없습니다.'
        Action = '이미지를 다시 가져오거나 받으세요.'
    }
    'SnapshotNotFound' = @{
        Message = '스냅샷 {key}이(가) 없습니다.'
        Action = '이미지를 다시 가져오거나 받으세요.'
    }
    'ProcessNotFound' = @{
        Message = '컨테이너 ''{container}''에 프로세스 ''{id}''이(가) 없습니다.'
        Action = '프로세스를 다시 시작하세요. 끝난 프로세스는 컨테이너가 있는 동안만 보관됩니다.'
    }
    'PathNotFound' = @{
        Message = '경로 ''{path}''이(가) 없습니다.'
        Action = '경로를 확인하세요. 엔진은 자신의 호스트에서, 컨테이너에서는 그 안에 있는 것을 읽습니다.'
    }
    'ExecutableNotFound' = @{
        Message = '컨테이너에서 명령 ''{command}''을(를) 실행할 수 없습니다: {reason}.'
        Action = '이미지에 그 명령이 있는지, 실행 가능한지, 컨테이너의 PATH에 있는지 확인하세요.'
    }
    'ContainerNameInUse' = @{
        Message = '이름 ''{name}''은(는) 컨테이너 {owner}의 것입니다.'
        Action = '다른 이름을 고르거나 그 컨테이너를 먼저 제거하세요.'
    }
    'ContainerNotRunning' = @{
        Message = '컨테이너 ''{id}''의 상태는 {state}이며 실행 중이 아닙니다.'
        Action = 'Start-Container로 시작하세요.'
    }
    'ContainerRunning' = @{
        Message = '컨테이너 ''{id}''이(가) 실행 중입니다.'
        Action = '먼저 중지하거나 -Force를 사용하세요.'
    }
    'ContainerPaused' = @{
        Message = '컨테이너 ''{id}''이(가) 일시 중지되었습니다.'
        Action = '먼저 다시 시작하세요.'
    }
    'SharingUnsupported' = @{
        Message = '컨테이너는 ''{owner}''의 {what}을(를) 함께 쓸 수 없습니다: {reason}.'
        Action = '둘에 같은 격리를 주거나(Set-Isolation), 둘을 한 네트워크에 연결하세요.'
    }
    'ContainerStartFailed' = @{
        Message = '컨테이너 ''{id}''을(를) 시작할 수 없습니다: {reason}.'
        Action = '원인을 고치세요. Get-Container가 StartError로 다시 보여 줍니다.'
    }
    'ContainerUnmanaged' = @{
        Message = '''{id}''은(는) Silo가 아니라 {owner}이(가) 만들었습니다. Silo는 목록에만 표시합니다.'
        Action = '그것을 만든 도구를 사용하세요. 다른 도구가 만든 것은 Get-Container -Unmanaged로 볼 수 있습니다.'
    }
    'ContainerFileLost' = @{
        Message = '컨테이너 ''{id}''의 파일 {path}이(가) 없습니다. 내용이 메모리에만 있었으므로 호스트가 다시 시작되면서 사라졌습니다.'
        Action = '같은 파일과 변수로 New-ContainerApplication을 다시 실행하세요.'
    }
    'ImagePlatformMismatch' = @{
        Message = '이미지 ''{reference}''은(는) {imagePlatform}용이고 이 호스트는 {hostPlatform}입니다.'
        Action = '이 호스트용 이미지를 쓰거나 자체 커널을 가진 격리를 사용하세요.'
    }
    'StoreNewer' = @{
        Message = '{path}의 저장소는 더 새로운 Silo가 기록했습니다(스키마 {found}, 이 엔진은 {known}까지).'
        Action = '이 컴퓨터의 Silo 모듈을 업데이트하거나 다른 상태 루트를 사용하세요.'
    }
    'MountNamespacePrivate' = @{
        Message = '이 엔진은 자체 마운트 네임스페이스에서 실행됩니다. {path}의 다른 엔진은 그 마운트를 볼 수 없습니다.'
        Action = '호스트의 마운트 네임스페이스에서 실행하거나(nsenter --target 1 --mount), 엔진을 시작하는 서비스에 PrivateMounts=no를 설정하세요.'
    }
    'NotInitialized' = @{
        Message = '연결의 첫 요청은 initialize여야 합니다.'
        Action = '{method} 전에 initialize를 보내세요.'
    }
    'ImageInUse' = @{
        Message = '이미지 ''{reference}''을(를) {users}이(가) 사용하고 있습니다.'
        Action = '그 컨테이너를 먼저 제거하거나 -Force로 이름만 제거하세요.'
    }
    'ContainerBusy' = @{
        Message = '다른 엔진이 컨테이너 ''{id}''을(를) 변경하고 있습니다.'
        Action = '잠시 후 다시 시도하세요.'
    }
    'StoreBusy' = @{
        Message = '다른 엔진이 저장소를 변경하고 있습니다.'
        Action = '잠시 후 다시 시도하세요.'
    }
    'ElevationRequired' = @{
        Message = '관리자 권한이 필요합니다: {reason}.'
        Action = 'PowerShell을 관리자 권한(Windows) 또는 root(Linux)로 실행하세요.'
    }
    'PathAccessDenied' = @{
        Message = '''{path}''에 대한 액세스가 거부되었습니다.'
        Action = '엔진에 그 경로의 액세스 권한을 주세요.'
    }
    'StateRootUntrusted' = @{
        Message = '상태 루트 {path}의 소유자 {owner}은(는) 관리자가 아니므로 그 안의 내용을 믿을 수 없습니다.'
        Action = '내용을 확인한 다음 제거하거나 관리자 소유로 바꾸세요: takeown /F ''{path}'' /A /R'
    }
    'EngineNotExecutable' = @{
        Message = '''{path}''에 있는 엔진의 Node를 실행할 수 없습니다.'
        Action = '실행: chmod +x ''{path}'''
    }
    'DiskFull' = @{
        Message = '{path}이(가) 있는 디스크가 가득 찼습니다.'
        Action = '공간을 확보하거나 저장소를 옮기세요. 변경된 것은 없습니다.'
    }
    'ArchiveTooLarge' = @{
        Message = '보관 파일을 풀면 {limitBytes}바이트를 넘습니다({reason}).'
        Action = '보관 파일을 신뢰한다면 -MaximumSizeBytes로 한도를 높이세요.'
    }
    'FrameTooLarge' = @{
        Message = '{sizeBytes}바이트 메시지가 한도 {limitBytes}을(를) 넘습니다.'
        Action = '더 작은 요청을 보내세요.'
    }
    'EngineStopping' = @{
        Message = '엔진이 종료되고 있습니다.'
        Action = '명령을 다시 실행하세요. 새 엔진이 시작됩니다.'
    }
    'OperationTimedOut' = @{
        Message = '{operation}이(가) {timeoutSeconds}초 안에 끝나지 않았습니다.'
        Action = '-TimeoutSeconds로 시간을 늘리거나 컨테이너 로그를 확인하세요.'
    }
    'RunningTimedOut' = @{
        Message = '컨테이너 ''{id}''이(가) {timeoutSeconds}초 안에 실행되지 않았습니다.'
        Action = '컨테이너를 시작하거나, -TimeoutSeconds로 시간을 늘리거나, 컨테이너 로그를 확인하세요.'
    }
    'HealthyTimedOut' = @{
        Message = '컨테이너 ''{id}''이(가) {timeoutSeconds}초 안에 정상 상태가 되지 않았습니다.'
        Action = '상태 검사 결과(Get-Container)와 컨테이너 로그를 확인하거나 -TimeoutSeconds로 시간을 늘리세요.'
    }
    'PortTimedOut' = @{
        Message = '컨테이너 ''{id}''의 포트 {port}이(가) {timeoutSeconds}초 안에 연결을 받지 않았습니다.'
        Action = '컨테이너 로그를 확인하세요. 서버가 수신 대기하지 않거나 127.0.0.1에서만 수신할 수 있습니다. 아니면 -TimeoutSeconds로 시간을 늘리세요.'
    }
    'StartTimedOut' = @{
        Message = '컨테이너 ''{id}''이(가) {timeoutSeconds}초 안에 시작되지 않았습니다.'
        Action = '컨테이너 로그와 호스트의 부하를 확인하세요.'
    }
    'OperationCancelled' = @{
        Message = '작업이 취소되었습니다.'
        Action = '의도하지 않았다면 명령을 다시 실행하세요.'
    }
    'IsolationUnsupported' = @{
        Message = '이 호스트에서는 {isolation} 격리를 사용할 수 없습니다: {reason}.'
        Action = 'Get-Isolation이 이 호스트에 있는 격리와 나머지가 없는 이유를 보여 줍니다.'
    }
    'IsolationChangeUnsupported' = @{
        Message = '컨테이너 ''{id}''의 격리를 {isolation}(으)로 바꿀 수 없습니다: {reason}.'
        Action = '그 격리로 컨테이너를 새로 만드세요. ConvertTo-ContainerImage는 이 컨테이너의 변경 내용으로 이미지를 만듭니다.'
    }
    'OptionUnsupported' = @{
        Message = '이 호스트에서는 {option}이(가) 지원되지 않습니다: {reason}.'
        Action = '그 옵션을 빼세요.'
    }
    'RuncMissing' = @{
        Message = 'runc가 설치되어 있지 않습니다.'
        Action = '설치: apt-get install runc'
    }
    'ConmonMissing' = @{
        Message = 'conmon이 설치되어 있지 않습니다.'
        Action = '설치: apt-get install conmon'
    }
    'SeccompProfileMissing' = @{
        Message = '기본 seccomp 프로필 {path}이(가) 없습니다.'
        Action = '설치: apt-get install golang-github-containers-common'
    }
    'DigestMismatch' = @{
        Message = '콘텐츠의 다이제스트가 {actual}입니다. {expected}이어야 합니다.'
        Action = '원본이 손상되었거나 변경되었습니다. 다시 받으세요.'
    }
    'SizeMismatch' = @{
        Message = '콘텐츠가 {actual}바이트입니다. {expected}바이트여야 합니다.'
        Action = '원본이 손상되었거나 변경되었습니다. 다시 받으세요.'
    }
    'ArchiveInvalid' = @{
        Message = '보관 파일 {path}을(를) 읽을 수 없습니다: {reason}.'
        Action = '보관 파일을 다시 받으세요. 잘렸거나 손상되었거나 다른 형식입니다.'
    }
    'ArchivePathUnsafe' = @{
        Message = '보관 파일에 ''{entry}''이(가) 있습니다. 이유: {reason}.'
        Action = '이 보관 파일을 사용하지 마세요. 자신의 파일 밖에 쓰려고 합니다.'
    }
    'LayerEntryUnsupported' = @{
        Message = '계층에 ''{entry}''이(가) 있습니다. 이유: {reason}.'
        Action = '이 항목 없이 계층을 다시 만드세요.'
    }
    'ManifestInvalid' = @{
        Message = '이미지 매니페스트 또는 구성이 올바르지 않습니다: {reason}.'
        Action = '만든 곳에서 이미지를 다시 받으세요.'
    }
    'RecordInvalid' = @{
        Message = '저장소에 있는 {kind} {id}의 레코드를 읽을 수 없습니다.'
        Action = 'Repair-ContainerStore를 실행하거나 -Force로 항목을 제거하세요.'
    }
    'StoreCorrupt' = @{
        Message = '{path}의 저장소가 손상되었습니다: {reason}.'
        Action = '백업에서 meta.db를 복원하거나 다른 상태 루트로 시작하세요.'
    }
    'ConfigInvalid' = @{
        Message = '컨테이너를 위해 만든 구성이 올바르지 않습니다: {reason}.'
        Action = 'Silo의 결함입니다. 인시던트 ID와 함께 알려 주세요.'
    }
    'MachineFailed' = @{
        Message = '컨테이너의 유틸리티 VM이 실패했습니다: {reason}.'
        Action = '유틸리티 VM에 필요한 것은 Test-ContainerHost가 알려 줍니다. 호스트의 메모리와 부하를 확인하세요.'
    }
    'ContainerNotEnding' = @{
        Message = '컨테이너 ''{id}''이(가) 강제 종료 후 {seconds}초가 지나도 끝나지 않았습니다.'
        Action = '프로세스가 커널 안에서, 대개 디스크나 파일 서버를 기다리고 있습니다. 호스트의 로그를 확인하고 응답이 돌아오면 다시 중지하거나 Remove-Container -Force로 제거하세요.'
    }
    'MachineNotResponding' = @{
        Message = '컨테이너의 유틸리티 VM이 {timeoutSeconds}초 안에 응답하지 않았습니다.'
        Action = '호스트의 부하를 확인하세요. 계속되면 -Force로 컨테이너를 중지하고 다시 시작하세요.'
    }
    'RuntimeFailed' = @{
        Message = '{runtime}이(가) 실패했습니다: {reason}.'
        Action = '엔진 로그를 확인하세요(위치는 Get-ContainerHost).'
    }
    'InternalError' = @{
        Message = '예기치 않은 오류가 발생했습니다(인시던트 {incident}).'
        Action = '엔진 로그에서 인시던트를 찾아(위치는 Get-ContainerHost) 알려 주세요.'
    }
    'ProtocolMismatch' = @{
        Message = '클라이언트는 프로토콜 {client}, 엔진은 {engine}을(를) 사용합니다.'
        Action = '같은 릴리스의 모듈과 엔진을 사용하세요.'
    }
    'ProtocolViolation' = @{
        Message = '메시지를 이해할 수 없습니다: {reason}.'
        Action = 'Content-Length 프레임의 JSON-RPC 2.0을 보내세요.'
    }
    'EngineExited' = @{
        Message = '엔진이 응답하기 전에 종료되었습니다({reason}).'
        Action = '변경이 이루어졌을 수도 있습니다. Get-Container로 확인하세요.'
    }
    'EngineNotFound' = @{
        Message = '''{path}''에 엔진이 없습니다.'
        Action = '모듈을 다시 설치하거나 SILO_ENGINE을 엔진 파일로 설정하세요.'
    }
    'EngineNodeNotFound' = @{
        Message = '모듈의 이 사본에는 Node가 없고, 호스트에도 사용할 수 있는 Node(22.15 이상)가 없습니다.'
        Action = 'Silo를 모든 사용자용으로 설치하거나(Install-Module -Name Silo -Scope AllUsers 또는 모듈이 있는 곳에 폴더 복사), Node 22.15 이상을 PATH에 두세요.'
    }
    'EngineNotAvailableInSandbox' = @{
        Message = '이 호스트는 자식 프로세스를 허용하지 않으므로 엔진을 실행할 수 없습니다.'
        Action = 'Hybrid Runbook Worker에서 런북을 실행하세요.'
    }
    'ContainerExitedNonZero' = @{
        Message = '{subject}이(가) 종료 코드 {exitCode}(으)로 끝났습니다.'
        Action = '출력을 확인하세요. 표준 오류는 정보 스트림에 있고(-InformationVariable), 컨테이너의 출력은 Get-ContainerLog에 있습니다.'
    }
    'RegistrySettingsInvalid' = @{
        Message = '레지스트리 설정이 올바르지 않습니다: {reason}.'
        Action = '설정 파일을 고치고 명령을 다시 실행하세요.'
    }
    'CredentialFileInvalid' = @{
        Message = '자격 증명 파일 {path}을(를) 읽을 수 없습니다: {reason}.'
        Action = '파일을 고치거나 -Credential로 자격 증명을 지정하세요.'
    }
    'SpecificationInvalid' = @{
        Message = '사양 {path}을(를) 쓸 수 없습니다: {reason}.'
        Action = '파일을 고치세요. 키는 Export-Container -SpecificationPath가 쓰는 것처럼 New-Container의 매개 변수입니다.'
    }
    'BundleInvalid' = @{
        Message = 'OCI 문서 {path}이(가) 올바르지 않습니다: {reason}.'
        Action = '문서를 고치거나, 번들을 만든 프로그램으로 다시 만드세요.'
    }
    'TagNotFound' = @{
        Message = '레지스트리 {registry}에 이미지 ''{reference}''이(가) 없습니다.'
        Action = '리포지토리와 태그를 확인하세요. Find-ContainerImage가 리포지토리의 태그를 보여 줍니다.'
    }
    'RepositoryNotFound' = @{
        Message = '레지스트리 {registry}에 리포지토리 ''{repository}''이(가) 없습니다.'
        Action = '리포지토리의 이름을 확인하세요.'
    }
    'RegistryBlobNotFound' = @{
        Message = '레지스트리 {registry}의 ''{repository}''에 콘텐츠 {digest}이(가) 없습니다.'
        Action = '이미지를 다시 푸시하세요. 레지스트리에 일부가 없습니다.'
    }
    'DockerfileInvalid' = @{
        Message = 'Dockerfile을 사용할 수 없습니다: {line}번째 줄: {reason}.'
        Action = '그 줄을 고치세요.'
    }
    'BuildStepFailed' = @{
        Message = '{line}번째 줄의 단계({instruction})가 코드 {exitCode}(으)로 끝났습니다.'
        Action = '위에 있는 단계의 출력을 보고 고치세요.'
    }
    'ImageReferenceInUse' = @{
        Message = '참조 ''{reference}''은(는) 다른 이미지({owner})의 이름입니다.'
        Action = '-Force로 옮기거나 다른 참조를 고르세요.'
    }
    'PathExists' = @{
        Message = '''{path}''이(가) 이미 있습니다.'
        Action = '-Force로 바꾸거나 다른 경로를 고르세요.'
    }
    'RegistryPlainHttpRefused' = @{
        Message = '{host}에 대한 일반 HTTP는 허용되지 않습니다.'
        Action = 'HTTPS를 사용하세요. 사이의 네트워크를 신뢰한다면 레지스트리 설정의 plainHttpHosts에 호스트를 넣으세요.'
    }
    'RegistryRequestRefused' = @{
        Message = '레지스트리 {registry}이(가) 요청을 거부했습니다: {reason}.'
        Action = '레지스트리가 말한 것을 고치고 다시 시도하세요.'
    }
    'CredentialHelperFailed' = @{
        Message = '자격 증명 도우미 ''{helper}''이(가) 실패했습니다: {reason}.'
        Action = '자격 증명 도우미를 설치하거나 고치고, 또는 -Credential로 자격 증명을 지정하세요.'
    }
    'RegistryAccessDenied' = @{
        Message = '레지스트리 {registry}이(가) ''{repository}''에 대한 액세스를 거부합니다: {reason}.'
        Action = '리포지토리의 이름과 그 계정의 사용 권한을 확인하세요.'
    }
    'RegistryLoginRequired' = @{
        Message = '레지스트리 {registry}에 로그인해야 합니다: {reason}.'
        Action = 'Connect-ContainerRegistry로 로그인하거나 -Credential을 지정하세요.'
    }
    'RegistryRateLimited' = @{
        Message = '레지스트리 {registry}이(가) 지금은 요청을 더 받지 않습니다. {advice}.'
        Action = '기다리거나, 한도를 높이려면 로그인하거나, 미러를 사용하세요.'
    }
    'StoreMounted' = @{
        Message = '{path} 아래에 아직 마운트된 것이 있습니다: {mounts}.'
        Action = '사용 중인 것을 끝내고 마운트를 해제한 뒤 다시 시도하세요. 아무것도 제거하지 않았습니다.'
    }
    'ServiceManagerMissing' = @{
        Message = '이 호스트에는 서비스를 설치할 수 없습니다: {reason}.'
        Action = '서비스 없이 계속하세요. 다시 시작 정책은 필요할 때, 다시 부팅한 뒤 첫 명령부터 작동합니다. 또는 호스트의 init이 silo supervise --service를 실행하게 하세요.'
    }
    'HostServiceFailed' = @{
        Message = '서비스 ''{name}''을(를) 변경할 수 없습니다: {reason}.'
        Action = '원인을 바로잡으세요. Linux에서는 journalctl -u와 그 이름이 더 많은 것을 알려 줍니다.'
    }
    'HostFeatureFailed' = @{
        Message = '기능 ''{feature}''을(를) 사용하도록 설정할 수 없습니다: {reason}.'
        Action = '원인을 바로잡거나 Test-ContainerHost가 알려 주는 명령으로 설정하세요.'
    }
    'SupervisorUnavailable' = @{
        Message = '컨테이너를 유지하는 감독 프로세스에 연결할 수 없습니다: {reason}.'
        Action = '다시 시도하세요. Windows에서는 예약된 작업 Silo와 Get-ContainerHost가 알려 주는 로그를 확인하세요.'
    }
    'WebFileNotFound' = @{
        Message = '{url}에 파일이 없습니다.'
        Action = '주소를 확인하세요.'
    }
    'DownloadTooLarge' = @{
        Message = '파일 {url}이(가) {limitBytes}바이트를 넘습니다.'
        Action = '다른 방법으로 받은 뒤 빌드 컨텍스트에서 복사하세요.'
    }
    'DownloadFailed' = @{
        Message = '파일 {url}을(를) 받을 수 없습니다: {reason}.'
        Action = '주소, 네트워크, 프록시 설정을 확인하고 다시 시도하세요.'
    }
    'RegistryUnreachable' = @{
        Message = '레지스트리 {registry}에 연결할 수 없습니다: {reason}.'
        Action = '이름, 네트워크, 프록시 설정을 확인하고 다시 시도하세요.'
    }
    'RegistryCertificateInvalid' = @{
        Message = '{host}의 인증서를 신뢰할 수 없습니다: {reason}.'
        Action = '레지스트리 설정의 caFiles에 그 호스트의 인증 기관을 넣으세요.'
    }
    'RegistryTimedOut' = @{
        Message = '레지스트리 {registry}이(가) {timeoutSeconds}초 동안 너무 적게 보냈습니다.'
        Action = '네트워크를 확인하고 다시 시도하세요.'
    }
    'ManifestSchemaUnsupported' = @{
        Message = '이미지 ''{reference}''의 매니페스트는 오래된 형식 ''{mediaType}''입니다.'
        Action = '현재 도구로 이미지를 다시 푸시하세요. 레지스트리에 2017년에 폐기된 형식으로 들어 있습니다.'
    }
    'RegistryOperationUnsupported' = @{
        Message = '레지스트리 {registry}은(는) {operation}을(를) 제공하지 않습니다.'
        Action = '레지스트리가 제공하는 다른 방법을 사용하세요.'
    }
    'RegistryAnswerInvalid' = @{
        Message = '레지스트리 {registry}의 응답이 올바르지 않습니다: {reason}.'
        Action = '다시 시도하세요. 계속되면 중간의 무언가가 응답을 바꾸거나 레지스트리가 표준을 지키지 않는 것입니다.'
    }
    'NetworkNotFound' = @{
        Message = '네트워크 ''{id}''이(가) 없습니다.'
        Action = 'Get-ContainerNetwork로 이 호스트의 네트워크를 볼 수 있고, New-ContainerNetwork로 만들 수 있습니다.'
    }
    'NetworkNotConnected' = @{
        Message = '컨테이너 ''{container}''은(는) 네트워크 ''{network}''에 연결되어 있지 않습니다.'
        Action = 'Get-ContainerNetworkAdapter로 연결된 네트워크를 확인하고, Connect-ContainerNetwork로 연결하세요.'
    }
    'InterfaceNotFound' = @{
        Message = '이 호스트에는 네트워크 인터페이스 ''{name}''이(가) 없습니다.'
        Action = 'ip link나 Get-NetAdapter에 표시되는 호스트의 인터페이스 이름을 지정하세요.'
    }
    'NetworkNameInUse' = @{
        Message = '이름 ''{name}''은(는) 네트워크 {owner}의 이름입니다.'
        Action = '다른 이름을 고르거나 그 네트워크를 먼저 제거하세요.'
    }
    'NetworkNameInvalid' = @{
        Message = '''{name}''은(는) 올바른 네트워크 이름이 아닙니다.'
        Action = '문자나 숫자로 시작하는 1~128자의 문자, 숫자, 점, 밑줄, 하이픈을 사용하세요. none, host, default는 따로 정해진 뜻이 있습니다.'
    }
    'NetworkForeign' = @{
        Message = '네트워크 ''{id}''은(는) {file}을(를) 작성한 관리자의 것입니다. Silo는 이 네트워크를 사용만 하고 바꾸지 않습니다.'
        Action = '대신 그 파일을 고치거나 제거하세요. Disconnect-ContainerNetwork로 컨테이너를 네트워크에서 분리할 수 있습니다.'
    }
    'NetworkConfigInvalid' = @{
        Message = '네트워크 구성 {file}을(를) 사용할 수 없습니다: {reason}.'
        Action = '그 파일을 고치거나 제거하세요. Get-ContainerNetwork는 각 구성의 문제를 보여 줍니다.'
    }
    'NetworkInUse' = @{
        Message = '네트워크 ''{id}''을(를) {users}이(가) 사용하고 있습니다.'
        Action = '그 컨테이너의 연결을 끊거나 먼저 중지하거나, -Force를 사용하세요.'
    }
    'SubnetConflict' = @{
        Message = '서브넷 {subnet}이(가) {owner}의 {other}와(과) 겹칩니다.'
        Action = '다른 서브넷을 고르거나 생략하세요. 생략하면 비어 있는 서브넷을 고릅니다.'
    }
    'AddressInUse' = @{
        Message = '네트워크 {network}의 주소 {address}은(는) {owner}이(가) 쓰고 있습니다.'
        Action = '다른 주소를 고르거나 생략하세요. 생략하면 비어 있는 주소를 고릅니다.'
    }
    'PortInUse' = @{
        Message = '이 호스트의 포트 {port}은(는) 사용 중입니다: {owner}.'
        Action = '호스트의 다른 포트로 게시하거나, 이 포트를 쓰는 것을 끝내세요.'
    }
    'AddressExhausted' = @{
        Message = '네트워크 ''{network}''의 {subnet}에 남은 주소가 없습니다.'
        Action = '필요 없는 컨테이너를 제거하거나 더 큰 서브넷으로 네트워크를 만드세요.'
    }
    'NetworkDriverUnsupported' = @{
        Message = '이 호스트는 ''{driver}'' 유형의 네트워크를 지원하지 않습니다: {reason}.'
        Action = '다른 유형의 네트워크를 고르세요.'
    }
    'StorageLimitUnsupported' = @{
        Message = '이 호스트에서는 루트 파일 시스템의 크기를 제한할 수 없습니다: {reason}.'
        Action = '-StorageSizeBytes를 빼거나 없는 것을 설치하세요.'
    }
    'InitMissing' = @{
        Message = '컨테이너용 init 프로그램이 설치되어 있지 않습니다.'
        Action = '설치하세요: apt-get install tini'
    }
    'VolumeNotFound' = @{
        Message = '볼륨 ''{id}''이(가) 없습니다.'
        Action = 'Get-ContainerVolume으로 이 호스트의 볼륨을 볼 수 있습니다.'
    }
    'VolumeNameInUse' = @{
        Message = '볼륨 ''{name}''이(가) 이미 있습니다.'
        Action = '다른 이름을 고르거나 -IfNotExists를 사용하세요.'
    }
    'VolumeInUse' = @{
        Message = '볼륨 ''{id}''을(를) {users}이(가) 마운트하고 있습니다.'
        Action = '먼저 그 컨테이너를 제거하세요.'
    }
    'NetworkToolMissing' = @{
        Message = '네트워크에 필요한 {tool}이(가) 설치되어 있지 않습니다.'
        Action = '설치하세요: apt-get install {package}'
    }
    'NetworkFailed' = @{
        Message = '네트워크를 변경하지 못했습니다: {reason}.'
        Action = 'Repair-ContainerNetwork를 실행하고 엔진 로그를 확인하세요(위치는 Get-ContainerHost에 나옵니다).'
    }
    'ComputeSystemExists' = @{
        Message = '컴퓨트 시스템 ''{id}''이(가) 이미 있습니다.'
        Action = '다른 ID를 쓰거나 기존 것을 끝내세요. 목록은 Get-ComputeProcess로 볼 수 있습니다.'
    }
    'ImageVersionMismatch' = @{
        Message = '''{id}''의 이미지는 이 호스트의 Windows 버전에서 실행되지 않습니다: {reason}.'
        Action = 'Hyper-V 격리(Set-Isolation)를 쓰거나 이 호스트 버전용 이미지를 사용하세요.'
    }
    'ComputeSystemStateInvalid' = @{
        Message = '''{id}''의 현재 상태에서는 ''{operation}'' 작업을 할 수 없습니다.'
        Action = 'Get-Container로 상태를 확인하고 필요한 상태로 바꾸세요.'
    }
    'ComputeSystemCrashed' = @{
        Message = '컴퓨트 시스템 ''{id}''이(가) 예기치 않게 끝났습니다: {reason}.'
        Action = '호스트 이벤트 로그의 Hyper-V-Compute 이벤트를 확인하고 다시 시작하세요.'
    }
    'ComputeSystemTerminated' = @{
        Message = '컴퓨트 시스템 ''{id}''이(가) 강제로 종료되었습니다.'
        Action = '다시 시작하세요.'
    }
    'ComputeResourceBusy' = @{
        Message = '''{id}''에 필요한 파일을 다른 프로그램이 사용 중입니다: {reason}.'
        Action = '그 프로그램을 끝내거나 기다린 뒤 다시 시도하세요.'
    }
    'HostMemoryExhausted' = @{
        Message = '호스트의 메모리가 ''{id}''에 충분하지 않습니다: {reason}.'
        Action = '이 호스트에서 필요 없는 것을 끝내거나 컨테이너에 더 적게 할당하세요.'
    }
    'ComputeServiceStopped' = @{
        Message = '호스트 컴퓨트 서비스가 응답하지 않습니다: {reason}.'
        Action = '서비스를 시작하세요: Start-Service vmcompute'
    }
    'NetworkServiceStopped' = @{
        Message = '호스트 네트워킹 서비스가 응답하지 않습니다: {reason}.'
        Action = '서비스를 시작하세요: Start-Service hns'
    }
    'GuestUnreachable' = @{
        Message = '''{id}''의 내부에 연결할 수 없습니다: {reason}.'
        Action = '다시 시도하세요. 계속되면 컨테이너를 제거하고 새로 시작하세요.'
    }
    'ComputeServiceTimedOut' = @{
        Message = '호스트 컴퓨트 서비스가 ''{id}''의 ''{operation}'' 작업을 제시간에 끝내지 못했습니다.'
        Action = '호스트의 부하를 확인하고 다시 시도하세요.'
    }
    'HcsFunctionMissing' = @{
        Message = '이 Windows 버전에는 {function} 함수가 없습니다. 빌드 {build}부터 있습니다.'
        Action = 'Windows를 빌드 {build} 이상으로 업데이트하세요.'
    }
    'HcsNotInstalled' = @{
        Message = '호스트 컴퓨트 서비스가 설치되어 있지 않습니다: {reason}.'
        Action = '설치: Install-WindowsFeature Containers(서버) 또는 Enable-WindowsOptionalFeature -Online -FeatureName Containers -All(클라이언트)'
    }
    'HyperVNotInstalled' = @{
        Message = 'Hyper-V가 설치되지 않았거나 사용하도록 설정되지 않았습니다: {reason}.'
        Action = '설치: Install-WindowsFeature Hyper-V(서버) 또는 Enable-WindowsOptionalFeature -Online -FeatureName Microsoft-Hyper-V -All(클라이언트). 가상 호스트에서는 중첩된 가상화를 켜세요.'
    }
    'LayerInvalid' = @{
        Message = '''{id}''에 Windows가 알지 못하는 레이어가 있습니다: {reason}.'
        Action = '이미지를 다시 가져오세요.'
    }
    'HcsAnswerInvalid' = @{
        Message = '호스트 컴퓨트 서비스가 ''{id}''의 ''{operation}'' 작업에 올바르지 않은 응답을 했습니다: {reason}.'
        Action = 'Windows 업데이트를 확인하고 엔진 로그와 함께 보고하세요.'
    }
    'HcsFailed' = @{
        Message = '호스트 컴퓨트 서비스가 ''{id}''의 ''{operation}'' 작업에 실패했습니다: {reason}.'
        Action = '{advice}'
    }
    'SnapshotInUse' = @{
        Message = '스냅샷 {key}이(가) 사용 중입니다: {reason}.'
        Action = '그것을 사용하는 컨테이너나 프로그램을 중지한 뒤 다시 시도하세요.'
    }
    'LayerImageDamaged' = @{
        Message = '유틸리티 VM을 위해 레이어로 만든 디스크 {path}을(를) 사용할 수 없습니다: {reason}.'
        Action = 'Repair-ContainerStore -Verify를 실행하면 다시 만들어집니다.'
    }
    'LayerDamaged' = @{
        Message = '{path}의 레이어를 사용할 수 없습니다: {reason}.'
        Action = '이미지를 제거하고 다시 가져오세요.'
    }
    'LayerFiltered' = @{
        Message = '{path}에서 레이어 저장소 작업이 실패했고({reason}), Windows에 속하지 않는 파일 시스템 필터가 있습니다: {filters}.'
        Action = '해당 프로그램이 상태 루트를 건드리지 않게 하거나, 하나를 시험 삼아 내리고(fltmc unload <이름>) 명령을 다시 실행하세요.'
    }
    'LayerStorageFailed' = @{
        Message = '{path}에서 레이어 저장소 작업이 실패했습니다: {reason}.'
        Action = '엔진 로그를 확인하세요(위치는 Get-ContainerHost가 알려 줍니다).'
    }
    'ComposeInvalid' = @{
        Message = 'compose 파일 ''{file}''을(를) 사용할 수 없습니다. {path}: {reason}.'
        Action = '파일을 고치거나 지원되지 않는 항목을 빼십시오.'
    }
    'ApplicationNotFound' = @{
        Message = '애플리케이션 ''{name}''이(가) 없습니다.'
        Action = 'Get-ContainerApplication은 이 호스트의 애플리케이션을 나열하고, New-ContainerApplication은 compose 파일로 애플리케이션을 만듭니다.'
    }
    'ServiceFailed' = @{
        Message = '애플리케이션 ''{application}''의 서비스 ''{service}''이(가) 실패했습니다. {reason}.'
        Action = '원인을 바로잡고 명령을 다시 실행하십시오. 멈춘 곳에서 이어집니다.'
    }
    'ApplicationBusy' = @{
        Message = '다른 엔진이 애플리케이션 ''{name}''을(를) 변경하고 있습니다.'
        Action = '잠시 후 다시 시도하십시오.'
    }
    'HostConnectionNotFound' = @{
        Message = '연결 ''{name}''이(가) 없습니다.'
        Action = 'Get-ContainerHostConnection은 연결을 나열하고, New-ContainerHostConnection은 연결을 만듭니다.'
    }
    'HostConnectionExists' = @{
        Message = '연결 ''{name}''이(가) 이미 있습니다.'
        Action = '다른 -Name을 지정하거나 Remove-ContainerHostConnection으로 제거하십시오.'
    }
    'HostMismatch' = @{
        Message = '''{id}''은(는) 호스트 ''{from}''의 것인데 명령은 ''{to}''에 묻습니다.'
        Action = '개체가 속한 호스트의 -HostConnection을 명령에 지정하십시오. 마침표(.)는 이 호스트입니다.'
    }
    'PathOfOtherHost' = @{
        Message = '''{path}''은(는) 호스트 ''{host}''의 전체 경로가 아닙니다.'
        Action = '파일은 엔진이 실행되는 호스트의 것입니다. 그 호스트의 절대 경로를 와일드카드 없이 지정하고, 파일은 먼저 그곳으로 복사하십시오(scp 또는 Copy-Item -ToSession).'
    }
    'SshMissing' = @{
        Message = 'ssh 프로그램을 찾을 수 없습니다.'
        Action = 'OpenSSH 클라이언트를 설치하십시오: apt-get install openssh-client 또는 Add-WindowsCapability -Online -Name OpenSSH.Client~~~~0.0.1.0.'
    }
    'HostUnreachable' = @{
        Message = '호스트 ''{host}''에 연결할 수 없습니다: {reason}.'
        Action = '이름이 맞는지, ssh 서버가 실행 중인지 확인하십시오: ssh {host}.'
    }
    'HostKeyUnknown' = @{
        Message = '호스트 ''{host}''의 키를 이곳에서 알지 못합니다.'
        Action = '그 호스트의 관리자가 알려 준 키와 비교한 뒤 한 번 받아들이십시오: ssh {host}.'
    }
    'HostKeyChanged' = @{
        Message = '호스트 ''{host}''이(가) 이곳에 알려진 것과 다른 키를 보입니다.'
        Action = '다른 누군가가 대신 응답하고 있을 수 있습니다. 관리자에게 물어보고, 새로 설치한 호스트라면 ssh-keygen -R {host}를 실행하십시오.'
    }
    'HostCredentialRefused' = @{
        Message = '호스트 ''{host}''이(가) ''{user}''의 키를 받아들이지 않습니다.'
        Action = '그곳의 authorized_keys에 공개 키를 추가하고, 개인 키를 ssh-agent에 올리거나 -KeyFilePath로 지정하십시오. 암호는 묻지 않습니다.'
    }
    'SharePathInvalid' = @{
        Message = '''{path}''은(는) SMB 공유의 경로가 아닙니다: {reason}.'
        Action = '\\server\share 또는 \\server\share\folder 형식으로 쓰세요. 백슬래시와 슬래시를 모두 쓸 수 있습니다.'
    }
    'ShareCredentialInvalid' = @{
        Message = '{share}의 자격 증명을 사용할 수 없습니다: {reason}.'
        Action = 'Get-Credential이 만드는 것처럼 이름과 암호가 있는 자격 증명을 지정하세요. Azure Files에서는 스토리지 계정의 이름과 그 키 중 하나입니다.'
    }
    'ShareNotFound' = @{
        Message = '서버에 {share}이(가) 없습니다: {reason}.'
        Action = '공유와 폴더의 이름을 확인하세요. 폴더는 만들어 주지 않습니다.'
    }
    'ShareCredentialMissing' = @{
        Message = '이 호스트에는 {share}에 대한 ''{user}''의 암호가 없습니다: {reason}.'
        Action = 'New-ContainerMount의 -Credential로 지정하세요. 이미 있는 컨테이너에는 Set-Container -Name <이름> -ShareCredential (Get-Credential)을 실행한 다음 Start-Container를 실행하세요.'
    }
    'ShareAccountConflict' = @{
        Message = '{share}은(는) 이 호스트에서 ''{user}'' 계정으로 사용되고 있으며, Windows는 공유마다 계정 하나만 압니다.'
        Action = '그 계정을 사용하거나, 공유를 사용하는 컨테이너를 끝내세요.'
    }
    'ShareAccessDenied' = @{
        Message = '서버가 {share}에서 ''{user}''을(를) 거부합니다: {reason}.'
        Action = '이름과 암호, 그리고 그 계정이 그곳에서 할 수 있는 일을 확인하세요. 새 암호는 Set-Container -ShareCredential로 지정합니다.'
    }
    'ShareUnreachable' = @{
        Message = '{share}의 서버에 연결할 수 없습니다: {reason}.'
        Action = '이름을 확인하고, 이 호스트에서 서버로 TCP 포트 445가 열려 있는지 확인하세요. 인터넷 공급자 중 많은 곳이 이 포트를 막습니다.'
    }
    'ShareFailed' = @{
        Message = '{share}을(를) 마운트할 수 없습니다: {reason}.'
        Action = '시스템 메시지(Linux: dmesg, Windows: 이벤트 로그 Microsoft-Windows-SMBClient/Connectivity)를 보고 다시 시도하세요.'
    }
    'ShareSupportMissing' = @{
        Message = '이 호스트는 SMB 공유를 마운트할 수 없습니다: {reason}.'
        Action = 'Linux에서는 modprobe cifs로 모듈을 올리세요. 모듈이 없으면 그것이 든 패키지를 설치하세요(Ubuntu: linux-modules-extra-$(uname -r)). Windows에서는 New-SmbGlobalMapping이 있는 버전 1709 이상으로 업데이트하세요.'
    }
    'RemoteEngineMissing' = @{
        Message = '호스트 ''{host}''에서 모듈이 설치되는 위치에 Silo가 없습니다.'
        Action = '그곳에 Silo 모듈을 설치하거나 모듈 폴더를 복사하거나(about_Silo_Remote), -EnginePath로 엔진 폴더를 지정하십시오.'
    }
    'HostSessionClosed' = @{
        Message = '호스트 ''{host}''에 대한 세션이 더 이상 열려 있지 않습니다({state}).'
        Action = 'Remove-ContainerHostConnection {name}을 실행한 뒤 New-PSSession과 New-ContainerHostConnection -Session으로 다시 연결하십시오. 연결만 끊긴 세션은 Connect-PSSession으로 되돌릴 수 있습니다. 컨테이너는 계속 실행되고 있습니다.'
    }
    'HostSessionBusy' = @{
        Message = '호스트 ''{host}''에 대한 세션에서 다른 것이 실행 중입니다.'
        Action = '끝날 때까지 기다리거나 이 연결만을 위한 세션을 만드십시오: New-PSSession.'
    }
    'HostSessionConstrained' = @{
        Message = '호스트 ''{host}''에 대한 세션이 제한되어 있습니다(언어 모드 {mode}).'
        Action = '전체 언어를 허용하는 엔드포인트를 사용하거나, 그곳에서 허용된 명령을 호출하십시오: Invoke-Command -Session, Import-PSSession.'
    }
    'HostSessionWithoutTerminal' = @{
        Message = '호스트 ''{host}''에 대한 세션은 터미널을 전달하지 않습니다.'
        Action = 'Invoke-ContainerCommand를 사용하거나 ssh로 연결하십시오: New-ContainerHostConnection -HostName.'
    }
}
