/**
 * Memory of a control group without the files that nobody has used for long, which the kernel takes back first. Both numbers
 * are read one after the other, and the second lags behind: where it is the larger one it says nothing, as with docker.
 */
export const usedMemory = (bytes: number, inactiveFileBytes: number | undefined): number =>
  (inactiveFileBytes === undefined || inactiveFileBytes >= bytes ? bytes : bytes - inactiveFileBytes);
