import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { procedure } from './base.ts';

/** Largest file that the editor opens, in bytes. */
export const maxEditableBytes = 20 * 1024 * 1024;

/** An absolute path in the notation of the system that the core runs on. */
export const AbsolutePath = z.string().min(1).max(4096).refine((path) => !path.includes('\0'), 'A path holds no NUL.');

/** What tells one state of a file from another: `mtimeMs` (whole) and size, as one opaque text. */
export const FileVersion = z.string().min(1).max(100);
export type FileVersion = z.infer<typeof FileVersion>;

export const FileEntry = z.object({
  name: z.string(),
  path: z.string(),
  kind: z.enum(['file', 'folder']),
  /** Bytes; 0 for a folder. */
  size: z.number().int().min(0),
  modifiedMs: z.number(),
});
export type FileEntry = z.infer<typeof FileEntry>;

export const FileEvent = z.discriminatedUnion('type', [
  /** Entries of this folder came, went or changed. */
  z.object({ type: z.literal('folder'), path: z.string() }),
  /** This file changed, with its new version; `null` when it is gone. */
  z.object({ type: z.literal('file'), path: z.string(), version: FileVersion.nullable() }),
]);
export type FileEvent = z.infer<typeof FileEvent>;

const TextFile = z.object({ path: z.string(), name: z.string(), text: z.string(), version: FileVersion, lineEnding: z.enum(['lf', 'crlf']) });
export type TextFile = z.infer<typeof TextFile>;

export const filesContract = {
  /** The workspace: the folder that is open, or null. */
  workspace: procedure.output(z.object({ path: z.string().nullable() })),

  /** Opens a folder as the workspace (null closes it); it is remembered. @throws NOT_FOUND · INVALID_INPUT not a folder · FORBIDDEN */
  openWorkspace: procedure.input(z.object({ path: AbsolutePath.nullable() })).output(z.object({ path: z.string().nullable() })),

  /**
   * Entries of one folder, folders first, then by name. Without a path: the person's home folder.
   * `parent` is null at the root. `truncated` says that more than 5,000 entries were there.
   * @throws NOT_FOUND · FORBIDDEN
   */
  list: procedure
    .input(z.object({ path: AbsolutePath.nullable().default(null) }))
    .output(z.object({ path: z.string(), parent: z.string().nullable(), entries: z.array(FileEntry), truncated: z.boolean() })),

  /**
   * Reads a UTF-8 text file (a byte order mark is removed; a coding cookie other than UTF-8 is refused). Line ends come as \n;
   * `lineEnding` says what the file uses, and a write puts it back.
   * @throws NOT_FOUND · FORBIDDEN · UNSUPPORTED not UTF-8 (the byte's offset is named), or over maxEditableBytes (its size is named)
   */
  read: procedure.input(z.object({ path: AbsolutePath })).output(TextFile),

  /**
   * Writes a text file whole, through a temporary file and a rename. With `expected`, only if the file still has that version;
   * null: only if there is no such file; absent: whatever is there.
   * @throws CONFLICT the file on disk is another (newer) one · FORBIDDEN · STORAGE_READ_ONLY the disk is full
   */
  write: procedure
    .input(
      z.object({
        path: AbsolutePath,
        text: z.string().max(maxEditableBytes),
        lineEnding: z.enum(['lf', 'crlf']).default('lf'),
        expected: FileVersion.nullable().optional(),
      }),
    )
    .output(z.object({ path: z.string(), name: z.string(), version: FileVersion })),

  /** Creates an empty file or a folder. @throws CONFLICT it exists · NOT_FOUND the parent does not · FORBIDDEN · INVALID_INPUT */
  create: procedure.input(z.object({ path: AbsolutePath, kind: z.enum(['file', 'folder']) })).output(FileEntry),

  /** Renames or moves within the workspace. @throws CONFLICT the target exists · NOT_FOUND · FORBIDDEN outside the workspace */
  rename: procedure.input(z.object({ from: AbsolutePath, to: AbsolutePath })).output(FileEntry),

  /** Deletes a file, or a folder with all that is in it, within the workspace. Ask before. @throws NOT_FOUND · FORBIDDEN */
  delete: procedure.input(z.object({ path: AbsolutePath })).output(z.object({})),

  /**
   * Changes of the given folders (not deep) and files, made by anyone, from now on. Cancelling ends the watching.
   */
  watch: procedure
    .input(z.object({ folders: z.array(AbsolutePath).max(500), files: z.array(AbsolutePath).max(500) }))
    .output(eventIterator(FileEvent)),

  /**
   * Files of the workspace for a local run, so that `import helper` and `open("data.csv")` work: all under `path`, deep,
   * without hidden folders, node_modules, __pycache__ and virtual environments; base64. Files over `maxBytes` in all are left out and named.
   */
  bundle: procedure
    .input(
      z.object({
        path: AbsolutePath,
        maxBytes: z.number().int().min(0).max(64 * 1024 * 1024).default(16 * 1024 * 1024),
        /** Relative path to version of what the caller has already: those come without data. */
        known: z.record(z.string(), FileVersion).default({}),
      }),
    )
    .output(
      z.object({
        files: z.array(z.object({ path: z.string(), version: FileVersion, data: z.string().nullable() })),
        leftOut: z.array(z.object({ path: z.string(), size: z.number().int() })),
      }),
    ),

  /** Shows the system's own dialog and gives what was chosen, or null. @throws UNSUPPORTED this host has none (see system.info) */
  pick: procedure
    .input(z.object({ kind: z.enum(['openFile', 'openFolder', 'saveFile']), suggested: z.string().max(4096).optional() }))
    .output(z.object({ path: z.string().nullable() })),
};
