import type { Migration } from './migration.ts';

/**
 * Connections keep only what no kubeconfig says. A job's row has all that is needed to make its Kubernetes objects again after a crash at
 * any moment: `request` is what was asked, `state` what has been seen so far; both are JSON, read by the jobs' own schemas.
 * `core_id` is the process that looks after a job; when it is gone, another takes over.
 */
const schema = `
CREATE TABLE kubeconfig_files (path TEXT PRIMARY KEY, added_ms INTEGER NOT NULL) STRICT;
CREATE TABLE connection_settings (
  id TEXT PRIMARY KEY,
  production INTEGER NOT NULL DEFAULT 0,
  namespace TEXT,
  max_runs INTEGER
) STRICT;
CREATE TABLE approved_commands (digest TEXT PRIMARY KEY, approved_ms INTEGER NOT NULL) STRICT;

CREATE TABLE jobs (
  key INTEGER PRIMARY KEY REFERENCES runs (key) ON DELETE CASCADE,
  connection_id TEXT NOT NULL,
  server TEXT NOT NULL,
  namespace TEXT NOT NULL,
  job_name TEXT NOT NULL,
  core_id TEXT NOT NULL,
  phase TEXT NOT NULL,
  queue_order INTEGER,
  request TEXT NOT NULL,
  manifest TEXT NOT NULL,
  state TEXT NOT NULL,
  cursor TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE INDEX jobs_live ON jobs (phase, key) WHERE phase <> 'done';
CREATE INDEX jobs_queue ON jobs (connection_id, queue_order) WHERE queue_order IS NOT NULL;

INSERT INTO changes (topic, version) VALUES ('connections', 0), ('jobs', 0);
`;

export const cluster: Migration = { version: 2, up: (sql) => sql.exec(schema) };
