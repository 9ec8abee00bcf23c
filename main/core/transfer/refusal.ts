import { AppError } from '../../../contract/errors.ts';

export function refused(why: string): AppError {
  return new AppError('INVALID_INPUT', `This capsule was refused: ${why}.`, { action: 'Ask for it again where it comes from.' });
}
