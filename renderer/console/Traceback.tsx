import type { TabId, TracebackFrame } from '../../contract/index.ts';
import { revealInEditor } from '../editor/index.ts';
import { notify, reportError } from '../ui/index.ts';

interface TracebackProps {
  traceback: string;
  /** Class of the exception. */
  name: string;
  frames: readonly TracebackFrame[];
  tabId: TabId | null;
}

const frameLine = /^(\s*)(File "([^"\n]*)", line (\d+))(.*)$/;
/** Lines of a traceback that are drawn; a recursion's thousand frames need no more. */
const mostLines = 400;

async function reveal(tabId: TabId | null, file: string, line: number, frames: readonly TracebackFrame[]): Promise<void> {
  const column = frames.find((frame) => frame.file === file && frame.line === line)?.column;
  const found = await revealInEditor({ tabId, file, line, ...(column === undefined ? {} : { column }) });
  if (!found) notify({ severity: 'info', message: `${file} is not open any more.`, detail: 'Its source is in the history: open the run there.' });
}

/** A traceback as Python prints it; the lines that name a place in the person's code lead there. */
export function Traceback({ traceback, name, frames, tabId }: TracebackProps) {
  const lines = traceback.replace(/\n$/, '').split('\n');
  const shown = lines.length > mostLines ? [...lines.slice(0, mostLines / 2), `  \u2026 ${lines.length - mostLines} more lines \u2026`, ...lines.slice(-mostLines / 2)] : lines;
  return (
    <div className="my-0.5 overflow-x-auto rounded-r-md border-l-[3px] border-danger bg-danger-soft px-3 py-1.5 text-text">
      {shown.map((line, index) => (
        <div key={index} className="whitespace-pre">
          <TracebackLine line={line} name={name} frames={frames} tabId={tabId} isLast={index === shown.length - 1} />
        </div>
      ))}
    </div>
  );
}

function TracebackLine({ line, name, frames, tabId, isLast }: { line: string; isLast: boolean } & Pick<TracebackProps, 'name' | 'frames' | 'tabId'>) {
  const match = frameLine.exec(line);
  if (match === null) {
    if (isLast || line.startsWith(name)) return <span className="font-bold text-danger">{visible(line)}</span>;
    if (/^\s*[~^]+\s*$/.test(line)) return <span className="text-danger">{line}</span>;
    return <>{line === '' ? '\u200b' : visible(line)}</>;
  }
  const [, indent = '', place = '', file = '', number = '1', rest = ''] = match;
  return (
    <>
      {indent}
      <a
        href={`#line-${number}`}
        className="text-accent-text underline underline-offset-2"
        onClick={(event) => {
          event.preventDefault();
          reveal(tabId, file, Number(number), frames).catch(reportError);
        }}
      >
        {visible(place)}
      </a>
      <span className="text-muted">{visible(rest)}</span>
    </>
  );
}

/** Shows characters that control a terminal or the direction of the text as symbols. */
function visible(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, (character) => {
    const code = character.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    return code === 0x7f ? '\u2421' : `\u27e8U+${code.toString(16).toUpperCase()}\u27e9`;
  });
}
