import { hostname } from 'node:os';
import type { ClientId, RunId } from '../../../contract/ids.ts';
import type { Sql, SqlValue, Storage } from '../database/index.ts';
import type { Log } from '../ports.ts';
import type { RunsFeed } from './feed.ts';
import { findRun } from './owned.ts';
import { summaryOf } from './rows.ts';

/** A window whose connection ended has this long to come back before its runs count as interrupted, in milliseconds. */
export const graceMs = 10_000;
const heartbeatMs = 10_000;
/** A process that says nothing for this long is taken for dead even if some process has its number. */
const deadAfterMs = 60_000;

/** The cores that live in this process: a row with our process number that is none of them is from before a restart. */
const coresHere = new Set<string>();

export interface Owners {
  connected(clientId: ClientId): void;
  clientGone(clientId: ClientId): void;
  dispose(): void;
}

export interface OwnersDependencies {
  storage: Storage;
  coreId: string;
  feed: RunsFeed;
  outputChanged(id: RunId): void;
  log: Log;
}

/**
 * Knows who runs what: each running run belongs to a window and to the process whose core serves that window.
 * When either is gone its local runs become interrupted; they run again when their window says so.
 */
export function createOwners({ storage, coreId, feed, outputChanged, log }: OwnersDependencies): Owners {
  const leaving = new Map<ClientId, NodeJS.Timeout>();

  function interrupt(condition: string, params: SqlValue[], before: (sql: Sql) => void = () => undefined): void {
    try {
      const runs = storage.write((sql) => {
        before(sql);
        const ids = sql.all<{ id: RunId }>(
          `UPDATE runs SET status = 'interrupted', owner_gone = 1 WHERE status = 'running' AND engine = 'local' AND ${condition} RETURNING id`,
          ...params,
        );
        if (ids.length > 0) feed.bump(sql);
        return ids.map(({ id }) => summaryOf(findRun(sql, id)));
      });
      for (const run of runs) {
        feed.changed(run);
        outputChanged(run.id);
      }
    } catch (error) {
      // A full disk must not keep the application from starting; the next heartbeat tries again.
      log(`could not mark interrupted runs: ${String(error)}`);
    }
  }

  /** Says that this core lives, and marks the runs of those that do not. */
  function beat(): void {
    interrupt('core_id NOT IN (SELECT id FROM cores)', [], (sql) => {
      const now = Date.now();
      sql.run('INSERT OR REPLACE INTO cores (id, pid, machine, heartbeat_ms) VALUES (?, ?, ?, ?)', coreId, process.pid, hostname(), now);
      for (const core of sql.all<CoreRow>('SELECT id, pid, machine, heartbeat_ms FROM cores')) {
        if (!isAlive(core, now)) sql.run('DELETE FROM cores WHERE id = ?', core.id);
      }
    });
  }

  coresHere.add(coreId);
  beat();
  const timer = setInterval(beat, heartbeatMs);
  timer.unref();

  return {
    connected(clientId) {
      clearTimeout(leaving.get(clientId));
      leaving.delete(clientId);
    },
    clientGone(clientId) {
      clearTimeout(leaving.get(clientId));
      const grace = setTimeout(() => {
        leaving.delete(clientId);
        interrupt('core_id = ? AND client_id = ?', [coreId, clientId]);
      }, graceMs);
      grace.unref();
      leaving.set(clientId, grace);
    },
    dispose() {
      clearInterval(timer);
      for (const grace of leaving.values()) clearTimeout(grace);
      coresHere.delete(coreId);
      interrupt('core_id = ?', [coreId], (sql) => sql.run('DELETE FROM cores WHERE id = ?', coreId));
    },
  };
}

interface CoreRow {
  id: string;
  pid: number;
  machine: string;
  heartbeat_ms: number;
}

function isAlive(core: CoreRow, now: number): boolean {
  if (coresHere.has(core.id)) return true;
  if (core.machine === hostname() && (core.pid === process.pid || !processExists(core.pid))) return false;
  return now - core.heartbeat_ms < deadAfterMs;
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and another user's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
