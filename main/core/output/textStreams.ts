import type { TextStream } from '../../../contract/output.ts';

/** A record's stream as it stands in a chunk: its index here. */
export const textStreams: readonly TextStream[] = ['stdout', 'stderr', 'stdin'];
