/** Values that a text of a stranger may hold: an empty list takes a few bytes as text, and ten times as many in memory. */
const mostValues = 2_000_000;
const mostDepth = 200;
/** What is shorter cannot hold too many. */
const harmlessLength = mostValues * 2;

/** As JSON.parse, but neither deep nor of more values than fit into memory. @throws SyntaxError */
export function parseBounded(text: string): unknown {
  const fault = text.length <= mostDepth ? null : faultOf(text);
  if (fault !== null) throw new SyntaxError(fault);
  return JSON.parse(text);
}

function faultOf(text: string): string | null {
  let values = 0;
  let depth = 0;
  const isLong = text.length > harmlessLength;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x22:
        at = endOfString(text, at + 1);
        break;
      case 0x5b:
      case 0x7b:
        depth++;
        values++;
        if (depth > mostDepth) return 'it is nested too deeply';
        break;
      case 0x5d:
      case 0x7d:
        depth--;
        break;
      case 0x2c:
        values++;
    }
    if (isLong && values > mostValues) return 'it holds too many values';
  }
  return null;
}

function endOfString(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at !== -1; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === 0x5c) slashes++;
    if (slashes % 2 === 0) return at;
  }
  return text.length;
}
