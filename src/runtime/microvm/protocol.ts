/** Numbers of native/guest-agent/protocol.h and native/machine-keeper/plan.h; a test holds them equal. */
export const frameTypes = { CREATE: 1, START: 2, EXEC: 3, SIGNAL: 4, STATISTICS: 5, UPDATE: 6, NETWORK: 12, ADAPTERS: 13, PLUG: 14, UNPLUG: 15, DONE: 33, FAILED: 34 } as const;

export const failures = { OTHER: 0, EXECUTABLE: 1, DIRECTORY: 2, MOUNT: 3, LIMIT: 4, LAYER: 5 } as const;

export const fields = {
  ARGUMENT: 1, ENVIRONMENT: 2, DIRECTORY: 3, UID: 4, GID: 5, GROUP: 6, TERMINAL: 7, BOUNDING: 8, EFFECTIVE: 9, USER_LIMIT: 10, OOM_SCORE: 11, NO_NEW_PRIVILEGES: 12, PROCESS: 13, CONTAINER: 14, IPC_OF: 15, PID_OF: 16,
  HOST_NAME: 20, READ_ONLY_ROOT: 21, BIND: 22, MEMORY_MOUNT: 23, MODULE: 24, PRIVILEGED: 25, KERNEL_PARAMETER: 26, SHARED_MEMORY: 27, LINK: 28, ADDRESS: 29, ROUTE: 30, CONTROL: 31, LAYER: 32, FILE: 33,
  SIGNAL: 40, ALL: 41,
} as const;

export const planFields = { QEMU: 1, VIRTIOFSD: 2, NAMESPACE: 3, BIND: 4, CREATE: 6, TERMINAL: 7, PATIENCE: 8, JOIN: 9 } as const;

/** Descriptors that QEMU and virtiofsd find their ends at. */
export const descriptors = { agent: 10, share: 11, monitor: 12, firstTap: 20 } as const;

/** How many adapters a machine can have beside those that it began with; each costs its boot a few milliseconds. */
export const slotCount = 4;

export const headerBytes = 12;
