# What Import-Container makes a container from. The keys of Container are parameters of New-Container.
@{
    SpecificationVersion = 1
    Container = @{
        Image = 'docker.io/library/nginx:1.27'
        Name = 'web'
        Publish = @('8080:80')
        Mount = @('type=volume,source=site,target=/usr/share/nginx/html,readonly')
        Environment = @{
            TZ = 'Asia/Seoul'
        }
        Label = @{
            tier = 'web'
        }
        MemoryBytes = 536870912
        CpuCount = 0.5
        RestartPolicy = 'UnlessStopped'
        HealthCommand = @('curl', '--fail', 'http://localhost/')
        HealthIntervalSeconds = 30
    }
}
