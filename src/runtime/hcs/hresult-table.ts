import type { ErrorCode } from '../../base/index.ts';

export interface HresultRow {
  /** Name of the constant in its documentation; never changed. */
  readonly id: string;
  /** A plain sentence without its full stop. */
  readonly meaning: string;
  /** What the reader can do, an imperative sentence. */
  readonly action: string;
  /** The error that it becomes. */
  readonly code: ErrorCode;
}

const row = (id: string, code: ErrorCode, meaning: string, action: string): HresultRow => ({ id, meaning, action, code });

const defect = 'This is a defect of the calling program; report it with the engine log.';
const lookAtEvents = "Look at the Hyper-V-Compute events in the host's event log, and try again.";
const startService = 'Start the service: Start-Service vmcompute';
const again = 'Try again; if it lasts, remove the container and start a new one.';

/**
 * What the Host Compute Service answers with (Virtualization-Documentation, api/hcs, HCSHResult.md, all of it;
 * then the Windows codes that its calls hand on). Keys are unsigned.
 */
export const hresultTable: Readonly<Record<number, HresultRow>> = {
  0x80370100: row('HCS_E_TERMINATED_DURING_START', 'ContainerStartFailed', 'the container or virtual machine ended while it was starting', lookAtEvents),
  0x80370101: row('HCS_E_IMAGE_MISMATCH', 'ImageVersionMismatch', "the image's version of Windows is not the host's", 'Use Hyper-V isolation, or an image made for the version of this host.'),
  0x80370102: row('HCS_E_HYPERV_NOT_INSTALLED', 'HyperVNotInstalled', 'a virtual machine cannot be started because Hyper-V is not installed or not enabled', 'Install Hyper-V; on a virtual host, turn nested virtualization on.'),
  0x80370105: row('HCS_E_INVALID_STATE', 'ComputeSystemStateInvalid', 'the operation is not possible in the present state', 'Look at the state, and bring the container to the one that the operation needs.'),
  0x80370106: row('HCS_E_UNEXPECTED_EXIT', 'ComputeSystemCrashed', 'the container or virtual machine ended unexpectedly', lookAtEvents),
  0x80370107: row('HCS_E_TERMINATED', 'ComputeSystemTerminated', 'the container or virtual machine was ended by force', 'Start it again.'),
  0x80370108: row('HCS_E_CONNECT_FAILED', 'GuestUnreachable', 'no connection to the container or virtual machine could be made', again),
  0x80370109: row('HCS_E_CONNECTION_TIMEOUT', 'GuestUnreachable', 'the container or virtual machine did not answer in time', again),
  0x8037010a: row('HCS_E_CONNECTION_CLOSED', 'GuestUnreachable', 'the connection with the container or virtual machine was closed', again),
  0x8037010b: row('HCS_E_UNKNOWN_MESSAGE', 'GuestUnreachable', 'the container or virtual machine got a message that it does not know', 'Use an image whose version is close to that of the host.'),
  0x8037010c: row('HCS_E_UNSUPPORTED_PROTOCOL_VERSION', 'GuestUnreachable', 'host and guest share no version of their protocol', 'Use an image whose version is close to that of the host.'),
  0x8037010d: row('HCS_E_INVALID_JSON', 'ConfigInvalid', 'the document is not valid', defect),
  0x8037010e: row('HCS_E_SYSTEM_NOT_FOUND', 'ContainerNotFound', 'there is no container or virtual machine of that id', 'List the containers of this host, and check the id.'),
  0x8037010f: row('HCS_E_SYSTEM_ALREADY_EXISTS', 'ComputeSystemExists', 'there is a container or virtual machine of that id already', 'Choose another id, or end the one that is there.'),
  0x80370110: row('HCS_E_SYSTEM_ALREADY_STOPPED', 'ContainerNotRunning', 'the container or virtual machine is not running', 'Start it first.'),
  0x80370111: row('HCS_E_PROTOCOL_ERROR', 'GuestUnreachable', 'host and guest misunderstood each other', again),
  0x80370112: row('HCS_E_INVALID_LAYER', 'LayerInvalid', 'the image has a layer of an unknown form', 'Pull the image again.'),
  0x80370113: row('HCS_E_WINDOWS_INSIDER_REQUIRED', 'ImageVersionMismatch', 'the image is for hosts of the Windows Insider Program', 'Use an image of a released version.'),
  0x80370114: row('HCS_E_SERVICE_NOT_AVAILABLE', 'HcsNotInstalled', 'a feature that the operation needs is not installed', 'Install the Containers feature, and Hyper-V for Hyper-V isolation.'),
  0x80370115: row('HCS_E_OPERATION_NOT_STARTED', 'HcsFailed', 'the operation was not begun', defect),
  0x80370116: row('HCS_E_OPERATION_ALREADY_STARTED', 'HcsFailed', 'the operation was begun already', defect),
  0x80370117: row('HCS_E_OPERATION_PENDING', 'HcsFailed', 'the operation is still going on', defect),
  0x80370118: row('HCS_E_OPERATION_TIMEOUT', 'ComputeServiceTimedOut', 'the operation did not end in the time that the service gives it', 'Look at the load of the host, and try again.'),
  0x80370119: row('HCS_E_OPERATION_SYSTEM_CALLBACK_ALREADY_SET', 'HcsFailed', 'the handle has a callback already', defect),
  0x8037011a: row('HCS_E_OPERATION_RESULT_ALLOCATION_FAILED', 'HostMemoryExhausted', 'there is not enough memory for the result', 'End what is not needed on this host.'),
  0x8037011b: row('HCS_E_ACCESS_DENIED', 'ElevationRequired', 'only administrators and Hyper-V Administrators may use containers and virtual machines', 'Run PowerShell elevated, or join the group Hyper-V Administrators.'),
  0x8037011c: row('HCS_E_GUEST_CRITICAL_ERROR', 'ComputeSystemCrashed', 'the guest reported a critical error and was stopped', lookAtEvents),
  0x8037011d: row('HCS_E_PROCESS_INFO_NOT_AVAILABLE', 'HcsFailed', 'the operation carries nothing about a process', defect),
  0x8037011e: row('HCS_E_SERVICE_DISCONNECT', 'ComputeServiceStopped', 'the service went away during the operation', startService),
  0x8037011f: row('HCS_E_PROCESS_ALREADY_STOPPED', 'ProcessNotFound', 'the process has ended already', 'Nothing is left to be done.'),

  0x80004001: row('E_NOTIMPL', 'OptionUnsupported', 'this version of Windows does not do that', 'Update Windows, or leave it out.'),
  0x80070002: row('ERROR_FILE_NOT_FOUND', 'PathNotFound', 'a file was not found', 'Check the paths.'),
  0x80070003: row('ERROR_PATH_NOT_FOUND', 'PathNotFound', 'a folder was not found', 'Check the paths.'),
  0x80070005: row('E_ACCESSDENIED', 'ElevationRequired', 'access was denied', 'Run PowerShell elevated, and check the rights on the paths.'),
  0x80070006: row('E_HANDLE', 'HcsFailed', 'a handle is not valid', defect),
  0x8007000e: row('E_OUTOFMEMORY', 'HostMemoryExhausted', 'there is not enough memory', 'End what is not needed on this host, or give the container less memory.'),
  0x80070020: row('ERROR_SHARING_VIOLATION', 'ComputeResourceBusy', 'a file is in use by another program', 'End the other program, or wait for it.'),
  0x80070057: row('E_INVALIDARG', 'ConfigInvalid', 'an argument is not valid', defect),
  0x80070070: row('ERROR_DISK_FULL', 'DiskFull', 'the disk is full', 'Free some space.'),
  0x800700b7: row('ERROR_ALREADY_EXISTS', 'ComputeSystemExists', 'it exists already', 'Choose another id, or end the one that is there.'),
  0x8007010b: row('ERROR_DIRECTORY', 'PathNotFound', 'the folder is not valid', 'Check the working directory.'),
  0x800701d6: row('ERROR_VIRTDISK_PROVIDER_NOT_FOUND', 'HcsNotInstalled', 'virtual disks are not supported on this host', 'Install the Containers feature.'),
  0x80070422: row('ERROR_SERVICE_DISABLED', 'ComputeServiceStopped', 'the service is disabled', 'Enable and start it: Set-Service vmcompute -StartupType Manual; Start-Service vmcompute'),
  0x80070424: row('ERROR_SERVICE_DOES_NOT_EXIST', 'HcsNotInstalled', 'the service is not installed', 'Install the Containers feature.'),
  0x80070426: row('ERROR_SERVICE_NOT_ACTIVE', 'ComputeServiceStopped', 'the service is not running', startService),
  0x80070490: row('ERROR_NOT_FOUND', 'ProcessNotFound', 'it was not found', 'Check the id.'),
  0x8007052e: row('ERROR_LOGON_FAILURE', 'UserNotFound', 'the user cannot log on', 'Use a user of the image.'),
  0x80070525: row('ERROR_NO_SUCH_USER', 'UserNotFound', 'there is no such user', 'Use a user of the image.'),
  0x80070569: row('ERROR_LOGON_TYPE_NOT_GRANTED', 'UserNotFound', 'the user may not log on', 'Use a user of the image.'),
  0x800705aa: row('ERROR_NO_SYSTEM_RESOURCES', 'HostMemoryExhausted', 'the host has not enough resources', 'End what is not needed on this host, or give the container less.'),
  0x800705af: row('ERROR_COMMITMENT_LIMIT', 'HostMemoryExhausted', 'the page file is too small', 'End what is not needed on this host, or make the page file larger.'),
  0x800705b4: row('ERROR_TIMEOUT', 'ComputeServiceTimedOut', 'the operation took too long', 'Look at the load of the host, and try again.'),
  0x800706ba: row('RPC_S_SERVER_UNAVAILABLE', 'ComputeServiceStopped', 'the service does not answer', startService),
  0x800706be: row('RPC_S_CALL_FAILED', 'ComputeServiceStopped', 'the service went away during the call', startService),
  0x800706bf: row('RPC_S_CALL_FAILED_DNE', 'ComputeServiceStopped', 'the service went away before the call', startService),
};
