/**
 * SMB shares: attaches them to this host, through the kernel's cifs on Linux and through global mappings on Windows, and
 * keeps their passwords where no disk has them in clear. It refuses to know which container mounts what (Metadata), and never
 * touches what others attached. The composition root makes it; the engine calls it through the seams `Shares` and `ShareCredentials`.
 */
export { CifsShares, type FileSystemMount } from './cifs-shares.ts';
export { FolderCredentials } from './folder-credentials.ts';
export { MappedShares, type GlobalMappings } from './mapped-shares.ts';
export { PowerShellMappings, type PowerShell } from './powershell-mappings.ts';
