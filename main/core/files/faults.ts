import { AppError, type ErrorCode } from '../../../contract/errors.ts';

const known: Record<string, { code: ErrorCode; why: string; action?: string; retryable?: boolean }> = {
  ENOENT: { code: 'NOT_FOUND', why: 'there is no such file or folder' },
  ENOTDIR: { code: 'NOT_FOUND', why: 'a part of the path is not a folder' },
  ELOOP: { code: 'INVALID_INPUT', why: 'its symbolic links go in a circle' },
  EISDIR: { code: 'INVALID_INPUT', why: 'it is a folder' },
  EINVAL: { code: 'INVALID_INPUT', why: 'the system does not accept this path' },
  ENAMETOOLONG: { code: 'INVALID_INPUT', why: 'its name is too long' },
  EXDEV: { code: 'UNSUPPORTED', why: 'it lies on another disk', action: 'Copy it there, then delete it here.' },
  EEXIST: { code: 'CONFLICT', why: 'it exists already', action: 'Choose another name.' },
  ENOTEMPTY: { code: 'CONFLICT', why: 'something was added to it meanwhile', action: 'Try again.' },
  EACCES: { code: 'FORBIDDEN', why: 'the system does not allow it', action: 'Check the permissions of the file and its folder.' },
  EPERM: { code: 'FORBIDDEN', why: 'the system does not allow it', action: 'Check the permissions of the file and its folder.' },
  EBUSY: { code: 'UNAVAILABLE', why: 'another program is using it', action: 'Close it there and try again.' },
  EMFILE: { code: 'UNAVAILABLE', why: 'too many files are open', action: 'Try again.' },
  ENOSPC: { code: 'STORAGE_READ_ONLY', why: 'the disk is full', action: 'Free some space and try again.', retryable: true },
  EDQUOT: { code: 'STORAGE_READ_ONLY', why: 'your disk quota is used up', action: 'Free some space and try again.', retryable: true },
  EROFS: { code: 'STORAGE_READ_ONLY', why: 'the disk is read-only', action: 'Save to another folder.' },
};

export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** Our own error for one of the file system. @param what was tried, as in `Cannot read /a/b` */
export function fileError(error: unknown, what: string): unknown {
  const fault = known[systemCode(error)];
  if (fault === undefined) return error;
  return new AppError(fault.code, `${what}: ${fault.why}.`, {
    cause: error,
    ...(fault.action === undefined ? {} : { action: fault.action }),
    ...(fault.retryable === undefined ? {} : { retryable: fault.retryable }),
  });
}

/** Runs `work`; a failure of the file system comes out as our own error. */
export async function translated<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw fileError(error, what);
  }
}
