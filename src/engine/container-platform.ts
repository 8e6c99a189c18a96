import type { ContainerMount, ContainerPaths, ContainerSpec, NameValue, ResourceLimits, TaskMount } from '../core/index.ts';
import type { SettingsRequest } from './container-settings.ts';

/** What of a request one system can do and another cannot. */
export interface PlatformOptions extends SettingsRequest {
  readonly readOnlyRoot?: boolean | undefined;
  readonly privileged?: boolean | undefined;
  readonly network?: ContainerSpec['network'] | undefined;
  readonly resources: ResourceLimits;
  readonly credentialSpec?: string | undefined;
  readonly dnsOptions?: readonly string[] | undefined;
  readonly domainName?: string | undefined;
}

/**
 * What is different about containers of different systems. The image decides which one counts, not the
 * host: Linux containers on Windows have Linux's paths, signals and files. Every method is pure, and
 * refuses with a SiloError what its system cannot have.
 */
export interface ContainerPlatform {
  readonly defaultUser: string;
  readonly defaultWorkingDirectory: string;
  readonly defaultStopSignal: string;
  readonly defaultNetwork: ContainerSpec['network'];
  /** Where the runtime mounts something in every container; it makes an empty file or folder there where the image has none. */
  readonly alwaysMounted: readonly string[];
  /** Variables of every process; image and request write over them. */
  environment(terminal: boolean): readonly NameValue[];
  /** What reads a command that an image gives as one text. */
  readonly shell: readonly string[];
  /** For people, in the order in which they are tried. */
  readonly shells: readonly [string, ...string[]];
  /** Names with the same key are one variable. */
  readonly variableKey: (name: string) => string;
  /** Errors: ParameterInvalid. */
  workingDirectory(path: string): string;
  /** Errors: ParameterInvalid. */
  user(name: string): string;
  /** Where the mount goes, so that one place has one name but for its case. Errors: ParameterInvalid. */
  mountTarget(mount: ContainerMount): string;
  /** Targets with the same key are one place. */
  placeKey(target: string): string;
  /** The place of a volume that an image declares; undefined where it declares nonsense. */
  declaredVolume(path: string): string | undefined;
  /** Where the target lies below the folder of the root file system; undefined where it lies outside. */
  pathInRoot(target: string): string | undefined;
  /** Number of the signal, as Runtime.kill takes it. Errors: SignalInvalid. */
  signalNumber(name: string): number;
  /** Files that Silo keeps for the container and mounts into it. */
  ownFiles(paths: ContainerPaths): readonly TaskMount[];
  /** Errors: OptionUnsupported. */
  checkOptions(options: PlatformOptions): void;
}
