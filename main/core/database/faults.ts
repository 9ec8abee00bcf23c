import { AppError } from '../../../contract/errors.ts';

/** What a failure of SQLite means for the application. */
export type Fault = 'cannotWrite' | 'corrupt' | 'busy' | 'other';

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** Sorts an error of SQLite, or of the file system under it (sqlite.org/rescode.html). */
export function faultOf(error: unknown): Fault {
  const code = codeOf(error);
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_IOERR_SHORT_READ') return 'corrupt';
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) return 'busy';
  if (/^SQLITE_(FULL|READONLY|CANTOPEN|IOERR|PERM)/.test(code) || /^(ENOSPC|EDQUOT|EROFS|EACCES|EPERM|ENOTDIR|EEXIST)$/.test(code)) return 'cannotWrite';
  return 'other';
}

const diskFull = 'The disk is full.';
const folderNotWritable = 'The data folder is not writable.';

/** Why nothing can be written, in words for a person. */
export function writeFaultReason(error: unknown): string {
  const code = codeOf(error);
  if (/^(SQLITE_FULL|ENOSPC|EDQUOT|SQLITE_IOERR_(WRITE|SHMSIZE|TRUNCATE|FSYNC))/.test(code)) return diskFull;
  if (/^(SQLITE_READONLY|SQLITE_PERM|SQLITE_CANTOPEN|EROFS|EACCES|EPERM|ENOTDIR|EEXIST)/.test(code)) return folderNotWritable;
  return `The disk refused to write (${code}).`;
}

/** The error that a refused write gives. It may be sent again unchanged: nothing of it was stored. */
export function readOnlyError(reason: string, cause?: unknown): AppError {
  const until = reason === diskFull ? 'there is room again' : 'it can be written again';
  const action =
    reason === folderNotWritable
      ? 'Make the data folder writable for you, or let the variable PYEXEKUBE_HOME name another.'
      : 'Free some space on the disk that holds the data folder; saving goes on by itself.';
  return new AppError('STORAGE_READ_ONLY', `${reason} Nothing can be saved until ${until}.`, { retryable: true, action, cause });
}

export function corruptError(path: string, cause: unknown): AppError {
  return new AppError('STORAGE_CORRUPT', `The database ${path} was damaged (${cause instanceof Error ? cause.message : String(cause)}); its newest backup was put in its place.`, {
    action: 'Try again; a notice says what is missing and where the damaged file is.',
    retryable: true,
    cause,
  });
}

export function busyError(cause: unknown): AppError {
  return new AppError('UNAVAILABLE', 'Another PyExeKube is writing to the same database and did not finish in 5 s.', {
    retryable: true,
    action: 'Try again.',
    cause,
  });
}
