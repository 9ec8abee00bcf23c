import type { contract } from '../../../contract/index.ts';
import { AppError } from '../../../contract/errors.ts';
import type { FileEntry, FileEvent, TextFile } from '../../../contract/files.ts';
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { recall, remember, type Storage } from '../database/index.ts';
import type { Events } from '../feed.ts';
import type { CoreOptions, ParsedInput } from '../ports.ts';
import { bundleFolder, type Bundle } from './bundle.ts';
import { checkedFolder, createEntry, deleteEntry, listFolder, readText, renameEntry, type Listing } from './entries.ts';
import { absolute } from './paths.ts';
import { watchFiles } from './watch.ts';
import { writeText } from './write.ts';

type Inputs = typeof contract.files;

export interface Files {
  workspace(): string | null;
  openWorkspace(path: string | null): Promise<string | null>;
  list(path: string | null): Promise<Listing>;
  read(path: string): Promise<TextFile>;
  write(input: ParsedInput<Inputs['write']>): Promise<{ path: string; name: string; version: string }>;
  create(path: string, kind: 'file' | 'folder'): Promise<FileEntry>;
  rename(from: string, to: string): Promise<FileEntry>;
  delete(path: string): Promise<void>;
  watch(folders: readonly string[], files: readonly string[], signal: AbortSignal | undefined): Events<FileEvent>;
  bundle(input: ParsedInput<Inputs['bundle']>, signal: AbortSignal | undefined): Promise<Bundle>;
  pick(input: ParsedInput<Inputs['pick']>): Promise<string | null>;
  dispose(): void;
}

const workspaceName = 'files.workspace';

export function createFiles(storage: Storage, pick: CoreOptions['pick']): Files {
  const ended = new AbortController();

  function workspace(): string | null {
    const path = storage.read((sql) => recall(sql, workspaceName));
    return path !== null && existsSync(path) ? path : null;
  }

  return {
    workspace,
    async openWorkspace(path) {
      const folder = path === null ? null : await checkedFolder(path);
      storage.write((sql) => remember(sql, workspaceName, folder), 'power');
      return folder;
    },
    list: listFolder,
    read: readText,
    async write(input) {
      const { version } = await writeText(input);
      const path = absolute(input.path);
      return { path, name: basename(path), version };
    },
    create: (path, kind) => createEntry(workspace(), path, kind),
    rename: (from, to) => renameEntry(workspace(), from, to),
    delete: (path) => deleteEntry(workspace(), path),
    watch: (folders, files, signal) => watchFiles(folders, files, signal === undefined ? ended.signal : AbortSignal.any([signal, ended.signal])),
    bundle: (input, signal) => bundleFolder(workspace(), input.path, input.maxBytes, input.known, signal),
    async pick(input) {
      if (pick === undefined) throw new AppError('UNSUPPORTED', 'This host has no file dialogs of its own.', { action: 'Type the path.' });
      return pick({ kind: input.kind, ...(input.suggested === undefined ? {} : { suggested: input.suggested }) });
    },
    dispose: () => ended.abort(),
  };
}
