/** For TypeScript, which reads no types out of scripts that run before it is installed. */
export function makeBareInitramfs(program: string): Buffer;
