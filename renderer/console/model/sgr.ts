/**
 * Select Graphic Rendition: the colours and weights of ECMA-48 (8.3.117), with the 256-colour and true-colour
 * forms of ISO 8613-6 that terminals know. Pure; nothing here touches the page.
 */

/** A colour: 0–255 is an index of the terminal palette, anything from `trueColor` up carries 24 bits of RGB. */
export type SgrColor = number;
export const trueColor = 0x1000000;

export interface SgrState {
  readonly foreground: SgrColor | null;
  readonly background: SgrColor | null;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  readonly inverse: boolean;
  readonly strike: boolean;
}

export const plainState: SgrState = {
  foreground: null,
  background: null,
  bold: false,
  dim: false,
  italic: false,
  underline: false,
  inverse: false,
  strike: false,
};

/** Longest control sequence that is looked at; what is longer is text. */
export const maxSequenceLength = 128;

/** `4:3` is one of several forms of an underline, `4:0` none. */
const underlineStyle = /(^|;)4:(\d)/g;

/** Most parameters of one sequence that are looked at. */
const maxParameters = 64;

function extendedColor(parameters: readonly number[], at: number): { color: SgrColor | null; used: number } {
  const kind = parameters[at];
  if (kind === 5) {
    const index = parameters[at + 1];
    return { color: index !== undefined && index >= 0 && index <= 255 ? index : null, used: 2 };
  }
  if (kind === 2) {
    const [red = -1, green = -1, blue = -1] = parameters.slice(at + 1, at + 4);
    const valid = [red, green, blue].every((part) => part >= 0 && part <= 255);
    return { color: valid ? trueColor + red * 65_536 + green * 256 + blue : null, used: 4 };
  }
  return { color: null, used: 1 };
}

type Mutable = { -readonly [K in keyof SgrState]: SgrState[K] };

function applyOne(state: Mutable, code: number): void {
  if (code >= 30 && code <= 37) state.foreground = code - 30;
  else if (code >= 40 && code <= 47) state.background = code - 40;
  else if (code >= 90 && code <= 97) state.foreground = code - 90 + 8;
  else if (code >= 100 && code <= 107) state.background = code - 100 + 8;
  else if (code === 0) Object.assign(state, plainState);
  else if (code === 1) state.bold = true;
  else if (code === 2) state.dim = true;
  else if (code === 3) state.italic = true;
  else if (code === 4 || code === 21) state.underline = true;
  else if (code === 7) state.inverse = true;
  else if (code === 9) state.strike = true;
  else if (code === 22) state.bold = state.dim = false;
  else if (code === 23) state.italic = false;
  else if (code === 24) state.underline = false;
  else if (code === 27) state.inverse = false;
  else if (code === 29) state.strike = false;
  else if (code === 39) state.foreground = null;
  else if (code === 49) state.background = null;
}

/**
 * The state after the sequence `ESC [ parameters m`. Codes that are unknown change nothing.
 *
 * @param parameters the text between `[` and `m`: digits, `;` and `:`
 */
export function applySgr(state: SgrState, parameters: string): SgrState {
  const next: Mutable = { ...state };
  const plain = parameters.includes(':') ? parameters.replace(underlineStyle, (_, before: string, style: string) => `${before}${style === '0' ? 24 : 4}`) : parameters;
  const codes = plain.split(/[;:]/, maxParameters).map((part) => (part === '' ? 0 : Number.parseInt(part, 10)));
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] ?? 0;
    if (code === 38 || code === 48 || code === 58) {
      // `38:2::r:g:b` has an empty colour space before the parts.
      if (codes[i + 1] === 2 && parameters.includes('::')) codes.splice(i + 2, 1);
      const { color, used } = extendedColor(codes, i + 1);
      // 58 is the colour of an underline, which is not drawn; its parts are no codes of their own.
      if (color !== null && code !== 58) next[code === 38 ? 'foreground' : 'background'] = color;
      i += used;
    } else applyOne(next, code);
  }
  return next;
}

/** What a control sequence is: how long, and its meaning if it has one here. */
export interface Sequence {
  length: number;
  /** `incomplete`: the text ends within it. `other`: nothing that this console does. */
  kind: 'sgr' | 'eraseLine' | 'other' | 'incomplete';
  parameters: string;
}

/** Reads the control sequence that starts with the ESC at `at`. */
export function readSequence(text: string, at: number): Sequence {
  if (at + 1 >= text.length) return { length: 1, kind: 'incomplete', parameters: '' };
  if (text[at + 1] !== '[') return { length: 1, kind: 'other', parameters: '' };
  const end = Math.min(text.length, at + maxSequenceLength);
  for (let i = at + 2; i < end; i++) {
    const code = text.charCodeAt(i);
    // Parameter and intermediate bytes are 0x20–0x3f, the final byte 0x40–0x7e.
    if (code >= 0x40 && code <= 0x7e) {
      const parameters = text.slice(at + 2, i);
      const isPlain = /^[\d;:]*$/.test(parameters);
      const final = text[i];
      const kind = isPlain && final === 'm' ? 'sgr' : isPlain && final === 'K' ? 'eraseLine' : 'other';
      return { length: kind === 'other' ? 1 : i + 1 - at, kind, parameters };
    }
    if (code < 0x20 || code > 0x3f) return { length: 1, kind: 'other', parameters: '' };
  }
  return end === text.length ? { length: text.length - at, kind: 'incomplete', parameters: '' } : { length: 1, kind: 'other', parameters: '' };
}

/**
 * The state at the end of `text`, and the start of a sequence that the text breaks off (to be put before what follows).
 */
export function scanSgr(text: string, state: SgrState): { state: SgrState; rest: string } {
  let current = state;
  for (let at = text.indexOf('\x1b'); at !== -1; at = text.indexOf('\x1b', at + 1)) {
    const sequence = readSequence(text, at);
    if (sequence.kind === 'incomplete') return { state: current, rest: text.slice(at) };
    if (sequence.kind === 'sgr') current = applySgr(current, sequence.parameters);
  }
  return { state: current, rest: '' };
}

export function sameState(a: SgrState, b: SgrState): boolean {
  return (
    a === b ||
    (a.foreground === b.foreground &&
      a.background === b.background &&
      a.bold === b.bold &&
      a.dim === b.dim &&
      a.italic === b.italic &&
      a.underline === b.underline &&
      a.inverse === b.inverse &&
      a.strike === b.strike)
  );
}
