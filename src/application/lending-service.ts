/** Service whose mounts an entry of `volumesFrom` means; undefined where it means a container. */
export const lendingService = (from: string): string | undefined => /^service:([^:]+)/.exec(from)?.[1];
