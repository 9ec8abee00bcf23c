import { ArrowDownToLine, Copy, Download, Eraser, Search, WrapText } from 'lucide-react';
import type { RefObject } from 'react';
import { changeSettings, useSettings } from '../settings/index.ts';
import { IconButton, notify, reportError } from '../ui/index.ts';
import { setSearching, useConsoleStore, type ConsoleTab } from './consoleStore.ts';
import { copyOutput, saveOutput } from './exportOutput.ts';
import type { LogHandle } from './LogViewport.tsx';
import type { ConsoleSession } from './sessions.ts';

interface ConsoleToolbarProps {
  tab: ConsoleTab;
  session: ConsoleSession;
  log: RefObject<LogHandle | null>;
  follows: boolean;
}

/** What can be done with the output in front. */
export function ConsoleToolbar({ tab, session, log, follows }: ConsoleToolbarProps) {
  const wraps = useSettings((state) => state.settings.consoleWrap);
  const isSearching = useConsoleStore((state) => state.isSearching);

  function follow(): void {
    session.readMore(true);
    log.current?.view.follow(!follows);
  }

  async function copy(): Promise<void> {
    const { length, truncated } = await copyOutput(tab.runId);
    notify(
      truncated
        ? { severity: 'warning', message: `Copied the first ${length.toLocaleString()} characters.`, detail: 'Save the output as a file to have all of it.' }
        : { severity: 'success', message: 'Copied the output.' },
    );
  }

  return (
    <div className="flex shrink-0 items-center gap-0.5 pl-2 pr-1.5">
      <IconButton label="Follow the end" pressed={follows} size="small" onClick={follow}>
        <ArrowDownToLine size={15} aria-hidden />
      </IconButton>
      <IconButton label="Wrap lines" pressed={wraps} size="small" onClick={() => void changeSettings({ consoleWrap: !wraps })}>
        <WrapText size={15} aria-hidden />
      </IconButton>
      <IconButton label="Search the output" pressed={isSearching} size="small" onClick={() => setSearching(!isSearching)}>
        <Search size={15} aria-hidden />
      </IconButton>
      <IconButton label="Copy all" size="small" onClick={() => copy().catch(reportError)}>
        <Copy size={15} aria-hidden />
      </IconButton>
      <IconButton label="Save as a file" size="small" onClick={() => saveOutput(tab).catch(reportError)}>
        <Download size={15} aria-hidden />
      </IconButton>
      <IconButton label="Clear the view" size="small" onClick={session.clear}>
        <Eraser size={15} aria-hidden />
      </IconButton>
    </div>
  );
}
