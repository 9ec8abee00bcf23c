import type { TextStream } from '../../../contract/index.ts';
import { lastAtMost } from '../../lib/lists.ts';
import type { TextBlock } from './blocks.ts';
import type { Piece, StreamStates } from './lineText.ts';
import { scanSgr } from './sgr.ts';

/** What holds at a place of a block: the colours, and the beginning of a sequence that the text before it breaks off. */
interface Place {
  at: number;
  states: StreamStates;
  rests: Readonly<Record<TextStream, string>>;
}

/** What is known of a block: places in rising order, `apart` characters from each other or more, and the one that was asked for last. */
interface Known {
  base: StreamStates;
  places: Place[];
  last: Place;
}

const known = new WeakMap<TextBlock, Known>();
const apart = 4096;

/**
 * The colours with which a line begins.
 * Lines are asked for one after the other, thousands of a block: each goes on where the last one ended, or at a place nearby.
 * @param from where the line begins in the block, whose text is here
 */
export function statesAt(block: TextBlock, from: number): StreamStates {
  if (block.plain || from === 0 || block.text === null) return block.states;
  const entry = knownOf(block);
  const before = entry.places[lastAtMost(entry.places, from, ({ at }) => at)];
  const start = before === undefined || (entry.last.at <= from && entry.last.at > before.at) ? entry.last : before;
  const states = { ...start.states };
  const rests = { ...start.rests };
  const pieces: Piece[] = [];
  addPieces(pieces, block, start.at, from);
  for (const { stream, text } of pieces) {
    const scanned = scanSgr(rests[stream] + text, states[stream]);
    states[stream] = scanned.state;
    rests[stream] = scanned.rest;
  }
  entry.last = { at: from, states, rests };
  if (from - (entry.places.at(-1)?.at ?? 0) >= apart) entry.places.push(entry.last);
  return states;
}

function knownOf(block: TextBlock): Known {
  const found = known.get(block);
  // A block only grows; but what comes before it may turn out to end with other colours.
  if (found?.base === block.states) return found;
  const first = { at: 0, states: block.states, rests: { stdout: '', stderr: '', stdin: '' } };
  const made = { base: block.states, places: [first], last: first };
  known.set(block, made);
  return made;
}

/** Adds the stretches of a block's text from one offset to another, a stream each. */
export function addPieces(pieces: Piece[], block: TextBlock, from: number, to: number): void {
  const { text, segments } = block;
  if (text === null) return;
  for (let at = from, index = lastAtMost(segments, from, ({ start }) => start); at < to && index < segments.length; index++) {
    const end = Math.min(to, segments[index + 1]?.start ?? block.length);
    if (end <= at) continue;
    pieces.push({ stream: segments[index]?.stream ?? 'stdout', text: text.slice(at, end) });
    at = end;
  }
}
