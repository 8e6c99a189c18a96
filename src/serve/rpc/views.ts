import { familiarImageReference, parseImageReference } from '../../base/index.ts';
import type { Result, WireContainer, WireEvent, WireImage, WireIsolation, WireProcess, WireRequirement } from '../../contract/index.ts';
import type { ContainerRecord, EventRecord, LogLine, ProcessRecord, RuntimeRequirement } from '../../core/index.ts';
import { formatPublishedPort, type ContainerStatistics, type ImageWithUsers, type IsolationReport, type LiveContainer } from '../../engine/index.ts';

export const capital = <T extends string>(word: T): Capitalize<T> => `${word.charAt(0).toUpperCase()}${word.slice(1)}` as Capitalize<T>;
const iso = (date: Date | undefined): string | null => date?.toISOString() ?? null;

/** Runtimes that share the kernel of the host. */
const processRuntimes: ReadonlySet<string> = new Set(['runc', 'hcs-process']);

export const policyNames = { no: 'No', 'on-failure': 'OnFailure', always: 'Always', 'unless-stopped': 'UnlessStopped' } as const;

export const viewContainer = ({ record, monitored }: LiveContainer): WireContainer => ({
  id: record.id,
  name: record.name,
  image: record.spec.imageReference,
  imageDigest: record.manifestDigest,
  state: capital(record.state),
  exitCode: record.exitCode,
  exitReason: record.exitReason ?? null,
  oomKilled: record.oomKilled,
  startError: record.startError ?? null,
  monitored: record.state !== 'running' && record.state !== 'paused' ? true : monitored,
  createdAt: record.createdAt.toISOString(),
  startedAt: iso(record.startedAt),
  finishedAt: iso(record.finishedAt),
  command: [...record.spec.args],
  environment: [...record.spec.environment],
  labels: [...record.spec.labels],
  mounts: record.spec.mounts.map((mount) => ({ ...mount, kind: capital(mount.kind) })),
  ports: (record.spec.networking?.ports ?? []).map(formatPublishedPort),
  network: capital(record.spec.network),
  ipAddress: record.ipAddress ?? null,
  sandboxId: record.sandboxId,
  isolation: record.isolation,
  effectiveIsolation: processRuntimes.has(record.runtime) ? 'Process' : 'HyperV',
  machineRoot: record.life.machineRoot ?? null,
  user: record.spec.user,
  workingDirectory: record.spec.workingDirectory,
  hostName: record.spec.hostName,
  hasCredentialSpec: record.spec.credentialSpec !== undefined,
  memoryBytes: record.spec.resources.memoryBytes ?? null,
  cpuCount: record.spec.resources.cpuCount ?? null,
  autoRemove: record.spec.autoRemove,
  restartPolicy: policyNames[record.spec.restartPolicy?.name ?? 'no'],
  maximumRetries: record.spec.restartPolicy?.maximumRetries ?? null,
  restartCount: record.life.restartCount,
  health: record.life.health === undefined ? null : capital(record.life.health.status),
  healthOutput: record.life.health?.results.at(-1)?.output ?? null,
  terminal: record.spec.terminal,
  pid: record.pid ?? null,
});

/** A record whose task was just started or ended by this engine, so that it needs no second look. */
export const viewRecord = (record: ContainerRecord): WireContainer => viewContainer({ record, monitored: true });

export const viewImage = ({ image, containers, uniqueBytes, sharedBytes }: ImageWithUsers): WireImage => ({
  reference: image.reference,
  name: familiarImageReference(parseImageReference(image.reference)),
  id: image.configDigest,
  digest: image.manifestDigest,
  createdAt: iso(image.createdAt),
  importedAt: image.importedAt.toISOString(),
  operatingSystem: image.platform.os,
  architecture: image.platform.architecture,
  osVersion: image.platform.osVersion ?? null,
  layerCount: image.layerCount,
  sizeBytes: image.unpackedBytes,
  storedBytes: image.storedBytes,
  uniqueBytes,
  sharedBytes,
  containers: [...containers],
});

export const viewProcess = (record: ProcessRecord): WireProcess => ({
  id: record.id,
  containerId: record.containerId,
  command: [...record.args],
  user: record.user,
  state: capital(record.state),
  pid: record.pid ?? null,
  exitCode: record.exitCode,
  startedAt: record.startedAt.toISOString(),
  exitedAt: iso(record.exitedAt),
});

export const viewStatistics = ({ record, figures, cpuPercent }: ContainerStatistics): Result<'container/statistics'>['items'][number] => ({
  containerId: record.id,
  name: record.name,
  time: figures.time.toISOString(),
  cpuPercent: cpuPercent === undefined ? null : Math.round(cpuPercent * 100) / 100,
  cpuMicroseconds: figures.cpuMicroseconds,
  memoryBytes: figures.memoryBytes,
  memoryLimitBytes: figures.memoryLimitBytes ?? null,
  processCount: figures.processCount,
  readBytes: figures.readBytes ?? null,
  writtenBytes: figures.writtenBytes ?? null,
  receivedBytes: figures.receivedBytes ?? null,
  sentBytes: figures.sentBytes ?? null,
});

export const viewEvent = (event: EventRecord): WireEvent => ({ seq: event.seq, time: event.time.toISOString(), kind: event.kind, subject: event.subject, attributes: [...event.attributes] });

export const viewLine = (line: LogLine): { time: string; stream: 'stdout' | 'stderr'; text: string } => ({ time: line.time.toISOString(), stream: line.stream, text: line.bytes === undefined ? line.text : Buffer.from(line.bytes.buffer, line.bytes.byteOffset, line.bytes.byteLength).toString('base64') });

export const viewIsolation = (report: IsolationReport): WireIsolation => ({
  scope: report.container === undefined ? 'Host' : 'Container',
  containerId: report.container?.id ?? null,
  isolation: report.isolation,
  effectiveIsolation: report.effective,
  reason: report.reason,
  warning: report.warning ?? null,
  available: report.available.map((entry) => ({ ...entry, action: entry.action ?? null })),
});

export const viewRequirement = ({ name, satisfied, detail, remedy, neededFor }: RuntimeRequirement): WireRequirement => ({ name, satisfied, detail, remedy: remedy ?? null, neededFor: neededFor ?? 'Everything' });
