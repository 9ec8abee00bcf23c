import { z } from 'zod';
import type { RunId, TabId } from '../../../contract/ids.ts';
import { TracebackFrame } from '../../../contract/output.ts';
import type { Engine, Run, RunMode, RunStatus, RunSummary } from '../../../contract/runs.ts';

/** A row of the table `runs`, as far as others read it. */
export interface RunRow {
  key: number;
  id: RunId;
  engine: Engine;
  status: RunStatus;
  mode: RunMode;
  title: string;
  first_line: string;
  started_ms: number;
  duration_ms: number | null;
  exit_code: number | null;
  error: string | null;
  pinned: number;
  python_version: string;
  client_id: string;
  core_id: string;
  /** 1 when it was the application that declared the run interrupted, because its window was gone: it may come back. */
  owner_gone: number;
  last_seq: number;
  output_length: number;
  stored_bytes: number;
  tail_rows: number;
  tail_length: number;
  tail_seq: number;
  /** JSON. */
  tags: string;
}

export interface DetailsRow {
  source: string;
  path: string | null;
  tab_id: TabId | null;
  line_offset: number;
  argv: string;
  peak_memory_bytes: number | null;
  frames: string;
  note: string;
}

export const runColumns =
  'runs.key, id, engine, status, mode, runs.title, first_line, started_ms, duration_ms, exit_code, runs.error, pinned, python_version, ' +
  'client_id, core_id, owner_gone, last_seq, output_length, stored_bytes, tail_rows, tail_length, tail_seq, ' +
  '(SELECT json_group_array(tag) FROM (SELECT tag FROM run_tags WHERE run_tags.key = runs.key ORDER BY tag)) AS tags';

export const detailColumns =
  "source, path, tab_id, line_offset, argv, peak_memory_bytes, frames, coalesce((SELECT note FROM run_notes WHERE run_notes.key = runs.key), '') AS note";

export function summaryOf(row: RunRow): RunSummary {
  return {
    id: row.id,
    engine: row.engine,
    status: row.status,
    mode: row.mode,
    title: row.title,
    firstLine: row.first_line,
    startedMs: row.started_ms,
    durationMs: row.duration_ms,
    exitCode: row.exit_code,
    error: row.error,
    pinned: row.pinned === 1,
    tags: z.array(z.string()).parse(JSON.parse(row.tags)),
    pythonVersion: row.python_version,
    outputLength: row.output_length,
  };
}

export function runOf(row: RunRow & DetailsRow): Run {
  return {
    ...summaryOf(row),
    source: row.source,
    path: row.path,
    tabId: row.tab_id,
    lineOffset: row.line_offset,
    argv: z.array(z.string()).parse(JSON.parse(row.argv)),
    peakMemoryBytes: row.peak_memory_bytes,
    frames: z.array(TracebackFrame).parse(JSON.parse(row.frames)),
    note: row.note,
  };
}

/** The first line that is neither empty nor a comment, trimmed, at most 200 characters; empty if there is none. */
export function firstLineOf(source: string): string {
  for (let from = 0; from <= source.length; ) {
    const end = source.indexOf('\n', from);
    const line = source.slice(from, end === -1 ? source.length : end).trim();
    if (line !== '' && !line.startsWith('#')) return wholeCharacters(line, 200);
    if (end === -1) break;
    from = end + 1;
  }
  return '';
}

/** Cuts a text to a length without cutting a surrogate pair in two. */
export function wholeCharacters(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}
