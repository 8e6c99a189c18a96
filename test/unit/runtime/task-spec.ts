import type { ProcessSpec, TaskSpec } from '../../../src/core/index.ts';
import { defaultCapabilities } from '../../../src/runtime/conmon/capabilities.ts';
import type { ResolvedUser } from '../../../src/runtime/conmon/image-user.ts';
import type { Grants } from '../../../src/runtime/runc/oci-config.ts';

export const rootUser: ResolvedUser = { uid: 0, gid: 0, additionalGids: [], home: '/root' };

export const processSpec = (changes: Partial<ProcessSpec> = {}): ProcessSpec => ({ args: ['/bin/true'], env: ['PATH=/bin'], workingDirectory: '/', user: '', terminal: false, noNewPrivileges: true, ...changes });

export const taskSpec = (changes: Partial<TaskSpec> = {}): TaskSpec => ({
  id: 'a'.repeat(64), rootPath: '/run/silo/x/rootfs/a', bundlePath: '/state/a/bundle', logPath: '/state/a/log', process: processSpec(), openStdin: false, hostName: 'web',
  readOnlyRoot: false, resources: {}, mounts: [], networkNamespacePath: '/run/silo/x/netns/a', privileged: false, ...changes,
});

export const grants = (changes: Partial<Grants> = {}): Grants => ({
  grantable: [...defaultCapabilities, 'CAP_SYS_ADMIN'], seccomp: { defaultAction: 'SCMP_ACT_ERRNO', defaultErrnoRet: 38, architectures: ['SCMP_ARCH_X86_64'], syscalls: [{ names: ['read'], action: 'SCMP_ACT_ALLOW' }] },
  openFiles: { soft: 1024, hard: 524_288 }, ...changes,
});
