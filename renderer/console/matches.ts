import type { OutputMatch } from '../../contract/index.ts';
import type { RowPlace } from './model/layout.ts';
import { placeOfLine } from './places.ts';
import type { ConsoleSession } from './sessions.ts';

/** The line of a match in the drawn output; reads its text again if it was put away. Null if it is not there (not read yet, cleared). */
export async function placeOfMatch(session: ConsoleSession, match: OutputMatch): Promise<RowPlace | null> {
  await session.ready;
  return session.log.findSeq(match.seq) === -1 ? null : placeOfLine(session, match.line);
}
