import type { SQLInputValue } from 'node:sqlite';
import { SiloError, type Digest } from '../base/index.ts';
import type { BuildCacheEntry, ContainerChange, ContainerRecord, EndpointRecord, EventRecord, ImageRecord, LayerRecord, MetadataWriter, NetworkRecord, ProcessRecord, SnapshotKey, VolumeRecord } from '../core/index.ts';
import { SqliteReader } from './metadata-reader.ts';

/** Events beyond this many are forgotten, oldest first. */
const keptEvents = 20_000;
const eventSweepInterval = 500;

const iso = (date: Date | undefined): string | null => date?.toISOString() ?? null;

/** Columns that a change may touch, with the value each field becomes. */
const columns = (change: ContainerChange): readonly (readonly [string, SQLInputValue])[] => {
  const pairs: [string, SQLInputValue][] = [];
  if ('name' in change && change.name !== undefined) pairs.push(['name', change.name]);
  if ('state' in change && change.state !== undefined) pairs.push(['state', change.state]);
  if ('isolation' in change && change.isolation !== undefined) pairs.push(['isolation', change.isolation]);
  if ('runtime' in change && change.runtime !== undefined) pairs.push(['runtime', change.runtime]);
  if ('sandboxId' in change && change.sandboxId !== undefined) pairs.push(['sandbox_id', change.sandboxId]);
  if ('manifestDigest' in change && change.manifestDigest !== undefined) pairs.push(['manifest_digest', change.manifestDigest]);
  if ('snapshotKey' in change) pairs.push(['snapshot_key', change.snapshotKey ?? null]);
  if ('startedAt' in change) pairs.push(['started_at', iso(change.startedAt)]);
  if ('finishedAt' in change) pairs.push(['finished_at', iso(change.finishedAt)]);
  if ('exitCode' in change) pairs.push(['exit_code', change.exitCode ?? null]);
  if ('exitReason' in change) pairs.push(['exit_reason', change.exitReason ?? null]);
  if ('oomKilled' in change) pairs.push(['oom_killed', change.oomKilled ? 1 : 0]);
  if ('startError' in change) pairs.push(['start_error', change.startError ?? null]);
  if ('pid' in change) pairs.push(['pid', change.pid ?? null]);
  if ('ipAddress' in change) pairs.push(['ip_address', change.ipAddress ?? null]);
  if ('bootId' in change) pairs.push(['boot_id', change.bootId ?? null]);
  if ('spec' in change && change.spec !== undefined) pairs.push(['spec', JSON.stringify(change.spec)]);
  if ('life' in change && change.life !== undefined) pairs.push(['life', JSON.stringify(change.life)]);
  return pairs;
};

const definitionText = ({ driver, subnets, parentInterface, vlanId, mtu, dnsServers, dnsSuffix, hostId, labels }: NetworkRecord): string =>
  JSON.stringify({ driver, subnets, parentInterface, vlanId, mtu, dnsServers, dnsSuffix, hostId, labels });

export class SqliteWriter extends SqliteReader implements MetadataWriter {
  insertContainer(record: ContainerRecord): void {
    const owner = this.database.get('SELECT id FROM containers WHERE name = ?', record.name);
    if (owner !== undefined) throw new SiloError('ContainerNameInUse', { args: { name: record.name, owner: String(owner['id']).slice(0, 12) }, target: { kind: 'container', id: record.name } });
    this.database.run(
      `INSERT INTO containers (id, name, state, isolation, runtime, sandbox_id, manifest_digest, snapshot_key, spec, created_at, started_at, finished_at, exit_code, exit_reason, oom_killed, start_error, pid, boot_id, life)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      record.id, record.name, record.state, record.isolation, record.runtime, record.sandboxId, record.manifestDigest, record.snapshotKey ?? null,
      JSON.stringify(record.spec), record.createdAt.toISOString(), iso(record.startedAt), iso(record.finishedAt), record.exitCode, record.exitReason ?? null,
      record.oomKilled ? 1 : 0, record.startError ?? null, record.pid ?? null, record.bootId ?? null, JSON.stringify(record.life),
    );
  }

  updateContainer(id: string, change: ContainerChange): void {
    const pairs = columns(change);
    if (pairs.length === 0) return;
    this.database.run(`UPDATE containers SET ${pairs.map(([column]) => `${column} = ?`).join(', ')} WHERE id = ?`, ...pairs.map(([, value]) => value), id);
  }

  deleteContainer(id: string): void {
    this.database.run('DELETE FROM processes WHERE container_id = ?', id);
    this.database.run('DELETE FROM endpoints WHERE container_id = ?', id);
    this.database.run('DELETE FROM containers WHERE id = ?', id);
  }

  putImage(record: ImageRecord): void {
    this.database.run(
      `INSERT INTO images (reference, manifest_digest, source_digest, config_digest, chain_id, created_at, imported_at, platform, stored_bytes, unpacked_bytes, layer_count)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (reference) DO UPDATE SET manifest_digest = excluded.manifest_digest, source_digest = excluded.source_digest, config_digest = excluded.config_digest, chain_id = excluded.chain_id,
         created_at = excluded.created_at, imported_at = excluded.imported_at, platform = excluded.platform, stored_bytes = excluded.stored_bytes,
         unpacked_bytes = excluded.unpacked_bytes, layer_count = excluded.layer_count`,
      record.reference, record.manifestDigest, record.sourceDigest, record.configDigest, record.chainId ?? null, iso(record.createdAt), record.importedAt.toISOString(),
      JSON.stringify(record.platform), record.storedBytes, record.unpackedBytes, record.layerCount,
    );
  }

  deleteImage(reference: string): void { this.database.run('DELETE FROM images WHERE reference = ?', reference); }

  allocateSnapshot(snapshotter: string, leaseId: string): SnapshotKey {
    return this.database.run("INSERT INTO snapshots (snapshotter, kind, lease_id) VALUES (?, 'pending', ?)", snapshotter, leaseId).lastId;
  }

  publishLayer(record: LayerRecord, bootId: string): boolean {
    if (this.layer(record.snapshotter, record.chainId) !== undefined) return false;
    this.database.run(
      "UPDATE snapshots SET kind = 'layer', lease_id = NULL, chain_id = ?, diff_id = ?, parent = ?, size_bytes = ?, boot_id = ?, synced = 0 WHERE key = ?",
      record.chainId, record.diffId, record.parent ?? null, record.sizeBytes, bootId, record.key,
    );
    return true;
  }

  assignSnapshot(key: SnapshotKey, containerId: string, parent: SnapshotKey | undefined): void {
    this.database.run("UPDATE snapshots SET kind = 'container', lease_id = NULL, container_id = ?, parent = ? WHERE key = ?", containerId, parent ?? null, key);
  }

  leaseSnapshot(key: SnapshotKey, leaseId: string): void {
    this.database.run("UPDATE snapshots SET kind = 'pending', lease_id = ?, container_id = NULL, parent = NULL WHERE key = ?", leaseId, key);
  }

  deleteSnapshot(key: SnapshotKey): void { this.database.run('DELETE FROM snapshots WHERE key = ?', key); }

  markLayersSynced(keys: readonly SnapshotKey[]): void {
    for (const key of keys) this.database.run('UPDATE snapshots SET synced = 1 WHERE key = ?', key);
  }

  setBlobReferences(parent: Digest, children: readonly Digest[]): void {
    for (const child of children) this.database.run('INSERT OR IGNORE INTO blob_references VALUES (?, ?)', parent, child);
  }

  addLease(id: string): void { this.database.run('INSERT INTO leases VALUES (?, ?)', id, new Date().toISOString()); }

  leaseBlob(leaseId: string, digest: Digest): void { this.database.run('INSERT OR IGNORE INTO lease_blobs VALUES (?, ?)', leaseId, digest); }

  deleteLease(id: string): void {
    this.database.run("DELETE FROM snapshots WHERE lease_id = ? AND kind = 'pending'", id);
    this.database.run('DELETE FROM leases WHERE id = ?', id);
  }

  putProcess(record: ProcessRecord): void {
    this.database.run(
      `INSERT INTO processes (container_id, id, args, user, state, pid, started_at, exited_at, exit_code) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (container_id, id) DO UPDATE SET state = excluded.state, pid = excluded.pid, exited_at = excluded.exited_at, exit_code = excluded.exit_code`,
      record.containerId, record.id, JSON.stringify(record.args), record.user, record.state, record.pid ?? null, record.startedAt.toISOString(), iso(record.exitedAt), record.exitCode,
    );
  }

  putVolume({ id, containerId, labels, createdAt, share }: VolumeRecord): void {
    this.database.run('INSERT OR REPLACE INTO volumes (id, container_id, labels, created_at, share) VALUES (?, ?, ?, ?, ?)', id, containerId, JSON.stringify(labels), createdAt.toISOString(), share === undefined ? null : JSON.stringify(share));
  }

  deleteVolume(id: string): void { this.database.run('DELETE FROM volumes WHERE id = ?', id); }

  setSetting(name: string, value: string): void {
    this.database.run('INSERT INTO settings VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value', name, value);
  }

  putBuildCacheEntry({ key, layer, createdAt, usedAt }: BuildCacheEntry): void {
    this.database.run(
      'INSERT OR REPLACE INTO build_cache (key, layer_digest, diff_id, chain_id, media_type, stored_bytes, created_at, used_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      key, layer?.digest ?? null, layer?.diffId ?? null, layer?.chainId ?? null, layer?.mediaType ?? null, layer?.sizeBytes ?? null, createdAt.toISOString(), usedAt.toISOString(),
    );
  }

  markBuildCacheUsed(keys: readonly string[], usedAt: Date): void {
    for (const key of keys) this.database.run('UPDATE build_cache SET used_at = ? WHERE key = ?', usedAt.toISOString(), key);
  }

  deleteBuildCacheEntry(key: string): void { this.database.run('DELETE FROM build_cache WHERE key = ?', key); }

  insertNetwork(record: NetworkRecord): void {
    const owner = this.networkByName(record.name);
    if (owner !== undefined) throw new SiloError('NetworkNameInUse', { args: { name: record.name, owner: owner.id.slice(0, 12) }, target: { kind: 'network', id: record.name } });
    this.database.run('INSERT INTO networks (id, name, definition, created_at) VALUES (?, ?, ?, ?)', record.id, record.name, definitionText(record), record.createdAt.toISOString());
  }

  updateNetwork(record: NetworkRecord): void { this.database.run('UPDATE networks SET definition = ? WHERE id = ?', definitionText(record), record.id); }

  deleteNetwork(id: string): void {
    this.database.run('DELETE FROM endpoints WHERE network_id = ?', id);
    this.database.run('DELETE FROM networks WHERE id = ?', id);
  }

  putEndpoint({ id, containerId, networkId, position, request, addresses, ports, attached }: EndpointRecord): void {
    this.database.run(
      'INSERT OR REPLACE INTO endpoints (id, container_id, network_id, position, request, addresses, ports, attached) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      id, containerId, networkId, position, JSON.stringify(request), JSON.stringify(addresses), JSON.stringify(ports), attached === undefined ? null : JSON.stringify(attached),
    );
  }

  deleteEndpoint(id: string): void { this.database.run('DELETE FROM endpoints WHERE id = ?', id); }

  appendEvent(event: Omit<EventRecord, 'seq'>): void {
    const { lastId } = this.database.run('INSERT INTO events (time, kind, subject, attributes) VALUES (?, ?, ?, ?)', event.time.toISOString(), event.kind, event.subject, JSON.stringify(event.attributes));
    if (lastId % eventSweepInterval === 0) this.database.run('DELETE FROM events WHERE seq <= ?', lastId - keptEvents);
  }

  collectGarbage(knownBlobs: readonly Digest[]): { readonly blobs: readonly Digest[]; readonly snapshots: readonly SnapshotKey[] } {
    const reached = new Set(this.database.all(`
      WITH RECURSIVE reached(digest) AS (
        SELECT manifest_digest FROM images UNION SELECT manifest_digest FROM containers UNION SELECT digest FROM lease_blobs UNION SELECT layer_digest FROM build_cache WHERE layer_digest IS NOT NULL
        UNION SELECT child FROM blob_references JOIN reached ON parent = digest)
      SELECT digest FROM reached`).map((row) => String(row['digest'])));
    const blobs = knownBlobs.filter((digest) => !reached.has(digest));
    for (const digest of blobs) this.database.run('DELETE FROM blob_references WHERE parent = ?', digest);
    const snapshots = this.database.all(`
      WITH RECURSIVE kept(key) AS (
        SELECT key FROM snapshots WHERE kind = 'layer' AND chain_id IN (SELECT chain_id FROM images UNION SELECT chain_id FROM build_cache)
        UNION SELECT parent FROM snapshots WHERE kind = 'container' AND parent IS NOT NULL
        UNION SELECT s.parent FROM snapshots s JOIN kept ON s.key = kept.key WHERE s.parent IS NOT NULL)
      UPDATE snapshots SET kind = 'pending', lease_id = '', chain_id = NULL, parent = NULL WHERE kind = 'layer' AND key NOT IN (SELECT key FROM kept) RETURNING key`).map((row) => Number(row['key']));
    return { blobs, snapshots: [...new Set([...snapshots, ...this.leasedSnapshots('')])] };
  }

  dropUnsyncedLayers(bootId: string): readonly SnapshotKey[] {
    return this.database.all(`
      WITH RECURSIVE doubtful(key) AS (
        SELECT key FROM snapshots WHERE kind = 'layer' AND synced = 0 AND boot_id <> ?
        UNION SELECT s.key FROM snapshots s JOIN doubtful ON s.parent = doubtful.key WHERE s.kind = 'layer'),
      used(key) AS (
        SELECT parent FROM snapshots WHERE kind = 'container' AND parent IS NOT NULL
        UNION SELECT s.parent FROM snapshots s JOIN used ON s.key = used.key WHERE s.parent IS NOT NULL)
      DELETE FROM snapshots WHERE key IN (SELECT key FROM doubtful) AND key NOT IN (SELECT key FROM used) RETURNING key`, bootId).map((row) => Number(row['key']));
  }
}
