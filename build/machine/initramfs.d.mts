/** For TypeScript, which reads no types out of scripts that run before it is installed. */
export function makeBareInitramfs(program: string): Buffer;

/** An initramfs with the agent as its first process, and modules of the kernel by the name of the list that the agent loads them by. */
export function makeInitramfs(parts: { readonly agent: string; readonly moduleFiles: ReadonlyMap<string, string>; readonly lists: Readonly<Record<'boot', readonly string[]>> }): Buffer;
