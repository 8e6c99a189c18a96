/** A lock held by this process; released by `release` or by the process's end. */
export interface Lock { release(): Promise<void> }

/**
 * Advisory locks between engines on one state root (flock, LockFileEx). Order where several are
 * held: container, image, network, store. A lock is not re-entrant, also not within one engine.
 */
export interface Locks {
  /** Waits without blocking the event loop. Errors: OperationCancelled; ContainerBusy or StoreBusy after `timeoutMs`. */
  acquire(name: string, options?: { readonly timeoutMs?: number; readonly signal?: AbortSignal; readonly shared?: boolean }): Promise<Lock>;
  /** Undefined where somebody else holds it. */
  tryAcquire(name: string, options?: { readonly shared?: boolean }): Promise<Lock | undefined>;
  /** Removes the lock's file; the caller holds the lock. */
  forget(name: string): Promise<void>;
}
