import type { Migration } from './index.ts';

export const initial: Migration = {
  version: 1,
  leastReader: 1,
  leastWriter: 1,
  sql: `
    CREATE TABLE containers (
      position INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      name TEXT NOT NULL UNIQUE,
      state TEXT NOT NULL,
      isolation TEXT NOT NULL,
      runtime TEXT NOT NULL,
      sandbox_id TEXT NOT NULL,
      manifest_digest TEXT NOT NULL,
      snapshot_key INTEGER,
      spec TEXT NOT NULL,
      created_at TEXT NOT NULL,
      started_at TEXT,
      finished_at TEXT,
      exit_code INTEGER,
      exit_reason TEXT,
      oom_killed INTEGER NOT NULL,
      start_error TEXT,
      pid INTEGER,
      boot_id TEXT
    ) STRICT;
    CREATE INDEX containers_manifest ON containers(manifest_digest);
    CREATE INDEX containers_state ON containers(state);
    CREATE TABLE images (
      reference TEXT PRIMARY KEY,
      manifest_digest TEXT NOT NULL,
      source_digest TEXT NOT NULL,
      config_digest TEXT NOT NULL,
      chain_id TEXT,
      created_at TEXT,
      imported_at TEXT NOT NULL,
      platform TEXT NOT NULL,
      stored_bytes INTEGER NOT NULL,
      unpacked_bytes INTEGER NOT NULL,
      layer_count INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX images_manifest ON images(manifest_digest);
    CREATE INDEX images_source ON images(source_digest);
    CREATE TABLE blob_references (
      parent TEXT NOT NULL,
      child TEXT NOT NULL,
      PRIMARY KEY (parent, child)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE snapshots (
      key INTEGER PRIMARY KEY AUTOINCREMENT,
      snapshotter TEXT NOT NULL,
      kind TEXT NOT NULL CHECK (kind IN ('pending', 'layer', 'container')),
      lease_id TEXT,
      container_id TEXT,
      chain_id TEXT,
      diff_id TEXT,
      parent INTEGER,
      size_bytes INTEGER NOT NULL DEFAULT 0,
      boot_id TEXT,
      synced INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE UNIQUE INDEX snapshots_chain ON snapshots(snapshotter, chain_id) WHERE kind = 'layer';
    CREATE INDEX snapshots_parent ON snapshots(parent);
    CREATE TABLE leases (id TEXT PRIMARY KEY, created_at TEXT NOT NULL) STRICT;
    CREATE TABLE lease_blobs (
      lease_id TEXT NOT NULL REFERENCES leases(id) ON DELETE CASCADE,
      digest TEXT NOT NULL,
      PRIMARY KEY (lease_id, digest)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE processes (
      container_id TEXT NOT NULL,
      id TEXT NOT NULL,
      args TEXT NOT NULL,
      user TEXT NOT NULL,
      state TEXT NOT NULL,
      pid INTEGER,
      started_at TEXT NOT NULL,
      exited_at TEXT,
      exit_code INTEGER,
      PRIMARY KEY (container_id, id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE volumes (id TEXT PRIMARY KEY, container_id TEXT NOT NULL) STRICT;
    CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE events (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      time TEXT NOT NULL,
      kind TEXT NOT NULL,
      subject TEXT NOT NULL,
      attributes TEXT NOT NULL
    ) STRICT;
    CREATE INDEX events_subject ON events(subject);
  `,
};
