import { X } from 'lucide-react';
import { useRef, useState, type FormEvent, type RefObject } from 'react';
import { Button, IconButton, reportError, TextField } from '../ui/index.ts';
import { setGoing, type ConsoleTab } from './consoleStore.ts';
import type { LogHandle } from './LogViewport.tsx';
import { placeOfLine, placeOfTime } from './places.ts';
import type { ConsoleSession } from './sessions.ts';
import { parseDestination } from './times.ts';
import { useBarFocus } from './useBarFocus.ts';

interface GoToBarProps {
  tab: ConsoleTab;
  session: ConsoleSession;
  log: RefObject<LogHandle | null>;
}

/** Asks for a line or a time, and brings it to the top. */
export function GoToBar({ tab, session, log }: GoToBarProps) {
  const [text, setText] = useState('');
  const [fault, setFault] = useState('');
  const bar = useRef<HTMLFormElement>(null);
  useBarFocus(bar);

  async function go(): Promise<void> {
    const destination = parseDestination(text, tab.startedMs);
    if (destination === null) {
      setFault('Type a line (1200), a time (10:02:11), or a time since the start (+1:30).');
      return;
    }
    setFault('');
    const place = destination.kind === 'line' ? await placeOfLine(session, destination.line - 1) : await placeOfTime(session, destination.timeMs);
    if (place === null) setFault('There is no output yet.');
    else log.current?.view.show(place);
  }

  function onSubmit(event: FormEvent): void {
    event.preventDefault();
    go().catch(reportError);
  }

  function close(): void {
    setGoing(false);
    log.current?.view.root.focus();
  }

  return (
    <form
      ref={bar}
      aria-label="Go to"
      className="flex h-9 shrink-0 items-center gap-1 border-b border-line bg-bg px-2"
      onSubmit={onSubmit}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        event.stopPropagation();
        close();
      }}
    >
      <TextField
        aria-label="Line or time"
        placeholder="Line or time: 1200, 10:02:11, +1:30"
        className="w-64"
        value={text}
        aria-invalid={fault !== ''}
        onChange={(event) => setText(event.target.value)}
      />
      <Button type="submit" size="small">
        Go
      </Button>
      <p role="status" aria-label="Go to" className="min-w-0 truncate px-1 text-xs text-danger">
        {fault}
      </p>
      <span className="grow" />
      <IconButton label="Close" size="small" onClick={close}>
        <X size={15} aria-hidden />
      </IconButton>
    </form>
  );
}
