import type { Digest } from '../base/index.ts';
import type { BuildCacheEntry, ContainerFilter, ContainerRecord, EndpointRecord, EventRecord, ImageRecord, LayerRecord, LeaseRecord, MetadataReader, NetworkRecord, ProcessRecord, SnapshotKey, VolumeRecord } from '../core/index.ts';
import type { Database } from './database.ts';
import { toBuildCacheEntry, toContainer, toEndpoint, toEvent, toImage, toLayer, toNetwork, toProcess, toVolume } from './rows.ts';

/** Reads of the database; every method is one statement that stays prepared. */
export class SqliteReader implements MetadataReader {
  protected readonly database: Database;

  constructor(database: Database) { this.database = database; }

  container(id: string): ContainerRecord | undefined {
    const row = this.database.get('SELECT * FROM containers WHERE id = ?', id);
    return row && toContainer(row);
  }

  containerByName(name: string): ContainerRecord | undefined {
    const row = this.database.get('SELECT * FROM containers WHERE name = ?', name);
    return row && toContainer(row);
  }

  containerIdsByPrefix(prefix: string): readonly string[] {
    // A range rather than LIKE: the unique index answers it, and no character of the prefix has a meaning.
    return this.database.all('SELECT id FROM containers WHERE id >= ? AND id < ? LIMIT 2', prefix, `${prefix}g`).map((row) => String(row['id']));
  }

  containers(options: ContainerFilter & { readonly after?: number; readonly limit?: number } = {}): readonly (ContainerRecord & { readonly position: number })[] {
    const after = options.after ?? 0;
    const limit = options.limit ?? -1;
    const rows = options.states === undefined
      ? this.database.all('SELECT * FROM containers WHERE position > ? ORDER BY position LIMIT ?', after, limit)
      : this.database.all('SELECT * FROM containers WHERE position > ? AND state IN (SELECT value FROM json_each(?)) ORDER BY position LIMIT ?', after, JSON.stringify(options.states), limit);
    return rows.map(toContainer);
  }

  supervisedContainers(): readonly ContainerRecord[] {
    // There may be thousands that have ended: the index containers_supervised has those of them that count, and says so in these very words. A text that is no JSON is no reason to look after nobody.
    return this.database.all(`SELECT * FROM containers WHERE state IN ('starting', 'running', 'paused')
      UNION ALL SELECT * FROM containers WHERE state = 'exited' AND (CASE WHEN json_valid(spec) THEN spec ->> '$.autoRemove' END OR CASE WHEN json_valid(life) THEN life ->> '$.restartAt' END IS NOT NULL)
      ORDER BY position`).map(toContainer);
  }

  containerCounts(): { readonly all: number; readonly running: number } {
    const row = this.database.get("SELECT count(*) AS everything, count(*) FILTER (WHERE state IN ('running', 'paused')) AS running FROM containers");
    return { all: Number(row?.['everything'] ?? 0), running: Number(row?.['running'] ?? 0) };
  }

  image(reference: string): ImageRecord | undefined {
    const row = this.database.get('SELECT * FROM images WHERE reference = ?', reference);
    return row && toImage(row);
  }

  images(): readonly ImageRecord[] { return this.database.all('SELECT * FROM images ORDER BY reference').map(toImage); }

  imagesByManifest(digest: Digest): readonly ImageRecord[] {
    return this.database.all('SELECT * FROM images WHERE manifest_digest = ? ORDER BY reference', digest).map(toImage);
  }

  blobReferences(parent: Digest): readonly Digest[] {
    return this.database.all('SELECT child FROM blob_references WHERE parent = ?', parent).map((row) => String(row['child']) as Digest);
  }

  imagesBySource(digest: Digest): readonly ImageRecord[] {
    return this.database.all('SELECT * FROM images WHERE source_digest = ? ORDER BY reference', digest).map(toImage);
  }

  containersOfManifest(digest: Digest): readonly ContainerRecord[] {
    return this.database.all('SELECT * FROM containers WHERE manifest_digest = ? ORDER BY position', digest).map(toContainer);
  }

  layer(snapshotter: string, chainId: Digest): LayerRecord | undefined {
    const row = this.database.get("SELECT * FROM snapshots WHERE snapshotter = ? AND chain_id = ? AND kind = 'layer'", snapshotter, chainId);
    return row && toLayer(row);
  }

  layers(): readonly LayerRecord[] { return this.database.all("SELECT * FROM snapshots WHERE kind = 'layer'").map(toLayer); }

  hasDoubtfulLayers(bootId: string): boolean {
    return this.database.get("SELECT 1 FROM snapshots WHERE kind = 'layer' AND synced = 0 AND boot_id <> ? LIMIT 1", bootId) !== undefined;
  }

  unsyncedLayers(): readonly SnapshotKey[] {
    return this.database.all("SELECT key FROM snapshots WHERE kind = 'layer' AND synced = 0").map((row) => Number(row['key']));
  }

  leasedSnapshots(leaseId: string): readonly SnapshotKey[] {
    return this.database.all("SELECT key FROM snapshots WHERE lease_id = ? AND kind = 'pending'", leaseId).map((row) => Number(row['key']));
  }

  chainBelow(key: SnapshotKey): readonly SnapshotKey[] {
    return this.database
      .all(`WITH RECURSIVE chain(key, depth) AS (
              SELECT parent, 1 FROM snapshots WHERE key = ? AND parent IS NOT NULL
              UNION ALL SELECT s.parent, depth + 1 FROM snapshots s JOIN chain ON s.key = chain.key WHERE s.parent IS NOT NULL)
            SELECT key FROM chain ORDER BY depth`, key)
      .map((row) => Number(row['key']));
  }

  snapshotKeys(snapshotter: string): readonly SnapshotKey[] {
    return this.database.all('SELECT key FROM snapshots WHERE snapshotter = ?', snapshotter).map((row) => Number(row['key']));
  }

  process(containerId: string, id: string): ProcessRecord | undefined {
    const row = this.database.get('SELECT * FROM processes WHERE container_id = ? AND id = ?', containerId, id);
    return row && toProcess(row);
  }

  runningProcesses(): readonly ProcessRecord[] { return this.database.all("SELECT * FROM processes WHERE state = 'running'").map(toProcess); }

  processes(containerId: string): readonly ProcessRecord[] {
    return this.database.all('SELECT * FROM processes WHERE container_id = ? ORDER BY started_at', containerId).map(toProcess);
  }

  volumesOf(containerId: string): readonly string[] {
    return this.database.all('SELECT id FROM volumes WHERE container_id = ?', containerId).map((row) => String(row['id']));
  }

  volumeIds(): readonly string[] { return this.database.all('SELECT id FROM volumes').map((row) => String(row['id'])); }

  volume(id: string): VolumeRecord | undefined {
    const row = this.database.get('SELECT * FROM volumes WHERE id = ?', id);
    return row && toVolume(row);
  }

  volumes(): readonly VolumeRecord[] { return this.database.all('SELECT * FROM volumes ORDER BY id').map(toVolume); }

  setting(name: string): string | undefined {
    const row = this.database.get('SELECT value FROM settings WHERE name = ?', name);
    return row && String(row['value']);
  }

  buildCacheEntry(key: string): BuildCacheEntry | undefined {
    const row = this.database.get('SELECT * FROM build_cache WHERE key = ?', key);
    return row && toBuildCacheEntry(row);
  }

  buildCacheEntries(): readonly BuildCacheEntry[] { return this.database.all('SELECT * FROM build_cache ORDER BY used_at').map(toBuildCacheEntry); }

  network(id: string): NetworkRecord | undefined {
    const row = this.database.get('SELECT * FROM networks WHERE id = ?', id);
    return row && toNetwork(row);
  }

  networkByName(name: string): NetworkRecord | undefined {
    const row = this.database.get('SELECT * FROM networks WHERE name = ?', name);
    return row && toNetwork(row);
  }

  networks(): readonly NetworkRecord[] { return this.database.all('SELECT * FROM networks ORDER BY created_at, id').map(toNetwork); }

  endpoint(id: string): EndpointRecord | undefined {
    const row = this.database.get('SELECT * FROM endpoints WHERE id = ?', id);
    return row && toEndpoint(row);
  }

  endpointsOfContainer(containerId: string): readonly EndpointRecord[] {
    return this.database.all('SELECT * FROM endpoints WHERE container_id = ? ORDER BY position', containerId).map(toEndpoint);
  }

  endpointsOfNetwork(networkId: string): readonly EndpointRecord[] {
    return this.database.all('SELECT * FROM endpoints WHERE network_id = ? ORDER BY id', networkId).map(toEndpoint);
  }

  endpoints(): readonly EndpointRecord[] { return this.database.all('SELECT * FROM endpoints ORDER BY id').map(toEndpoint); }

  leases(): readonly LeaseRecord[] {
    return this.database.all('SELECT id, created_at FROM leases').map((row) => ({ id: String(row['id']), createdAt: new Date(String(row['created_at'])) }));
  }

  lastEvent(kind: string, subject: string): EventRecord | undefined {
    const row = this.database.get('SELECT * FROM events WHERE subject = ? AND kind = ? ORDER BY seq DESC LIMIT 1', subject, kind);
    return row && toEvent(row);
  }

  newestEvent(): number { return Number(this.database.get('SELECT max(seq) AS seq FROM events')?.['seq'] ?? 0); }

  events(options: { readonly afterSeq: number; readonly limit: number }): readonly EventRecord[] {
    return this.database.all('SELECT * FROM events WHERE seq > ? ORDER BY seq LIMIT ?', options.afterSeq, options.limit).map(toEvent);
  }
}
