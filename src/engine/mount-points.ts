/** Where the runtime mounts something in every container; it makes an empty file or folder there where the image has none. */
export const alwaysMounted: readonly string[] = ['/proc', '/sys', '/dev', '/etc/hosts', '/etc/hostname', '/etc/resolv.conf'];
