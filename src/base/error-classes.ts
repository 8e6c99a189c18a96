/** The sixteen kinds of failure. A kind decides the JSON-RPC number, the PowerShell category and whether trying again can help. */
export const errorClasses = {
  invalidArgument: { rpcCode: 1001, category: 'InvalidArgument' },
  notFound: { rpcCode: 1002, category: 'ObjectNotFound' },
  alreadyExists: { rpcCode: 1003, category: 'ResourceExists' },
  failedPrecondition: { rpcCode: 1004, category: 'InvalidOperation' },
  conflict: { rpcCode: 1005, category: 'ResourceBusy' },
  permissionDenied: { rpcCode: 1006, category: 'PermissionDenied' },
  unauthenticated: { rpcCode: 1007, category: 'AuthenticationError' },
  resourceExhausted: { rpcCode: 1008, category: 'QuotaExceeded' },
  unavailable: { rpcCode: 1009, category: 'ResourceUnavailable' },
  deadlineExceeded: { rpcCode: 1010, category: 'OperationTimeout' },
  cancelled: { rpcCode: 1011, category: 'OperationStopped' },
  notImplemented: { rpcCode: 1012, category: 'NotImplemented' },
  notInstalled: { rpcCode: 1013, category: 'NotInstalled' },
  dataLoss: { rpcCode: 1014, category: 'InvalidData' },
  internal: { rpcCode: 1015, category: 'NotSpecified' },
  connection: { rpcCode: 1016, category: 'ConnectionError' },
} as const;

export type ErrorClass = keyof typeof errorClasses;
