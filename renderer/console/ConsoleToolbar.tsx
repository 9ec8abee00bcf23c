import { ArrowDownToLine, Clock, Copy, Download, Eraser, ListFilter, ListStart, Search, WrapText } from 'lucide-react';
import type { RefObject } from 'react';
import { changeSettings, useSettings } from '../settings/index.ts';
import { IconButton, Menu, notify, reportError, type MenuItem } from '../ui/index.ts';
import { setFiltering, setGoing, setSaving, setSearching, useConsoleStore, type ConsoleTab } from './consoleStore.ts';
import { copyOutput } from './exportOutput.ts';
import type { LogHandle } from './LogViewport.tsx';
import { SaveDialog } from './SaveDialog.tsx';
import type { ConsoleSession } from './sessions.ts';
import { timeModes, type TimeMode } from './times.ts';

interface ConsoleToolbarProps {
  tab: ConsoleTab;
  session: ConsoleSession;
  log: RefObject<LogHandle | null>;
  follows: boolean;
}

const timeNames: Record<TimeMode, string> = { off: 'No times', relative: 'Since the start', local: 'Local time', utc: 'UTC' };

function viewItems(times: TimeMode, showsFields: boolean): MenuItem[] {
  return [
    { kind: 'label', label: 'Time of each line' },
    ...timeModes.map((mode): MenuItem => ({ kind: 'check', label: timeNames[mode], checked: times === mode, run: () => void changeSettings({ consoleTimes: mode }) })),
    { kind: 'separator' },
    { kind: 'check', label: 'Fields of JSON lines', checked: showsFields, run: (consoleJson) => void changeSettings({ consoleJson }) },
  ];
}

/** What can be done with the output in front. */
export function ConsoleToolbar({ tab, session, log, follows }: ConsoleToolbarProps) {
  const wraps = useSettings((state) => state.settings.consoleWrap);
  const isSearching = useConsoleStore((state) => state.isSearching);
  const isSaving = useConsoleStore((state) => state.isSaving);
  const isFiltering = useConsoleStore((state) => state.isFiltering);
  const isGoing = useConsoleStore((state) => state.isGoing);
  const times = useSettings((state) => state.settings.consoleTimes);
  const showsFields = useSettings((state) => state.settings.consoleJson);

  function follow(): void {
    log.current?.view.follow(!follows);
  }

  async function copy(): Promise<void> {
    const { length, truncated } = await copyOutput(session);
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
      <IconButton label="Filter the output" pressed={isFiltering} size="small" onClick={() => setFiltering(!isFiltering)}>
        <ListFilter size={15} aria-hidden />
      </IconButton>
      <IconButton label="Go to a line or time" pressed={isGoing} size="small" onClick={() => setGoing(!isGoing)}>
        <ListStart size={15} aria-hidden />
      </IconButton>
      <Menu items={viewItems(times, showsFields)} align="end">
        <button type="button" aria-label="Times and fields" title="Times and fields" className="inline-flex size-6 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-text">
          <Clock size={15} aria-hidden />
        </button>
      </Menu>
      <IconButton label="Copy all" size="small" onClick={() => copy().catch(reportError)}>
        <Copy size={15} aria-hidden />
      </IconButton>
      <IconButton label="Save as a file" size="small" onClick={() => setSaving(true)}>
        <Download size={15} aria-hidden />
      </IconButton>
      <IconButton label="Clear the view" size="small" onClick={session.clear}>
        <Eraser size={15} aria-hidden />
      </IconButton>
      {isSaving && <SaveDialog tab={tab} session={session} onClose={() => setSaving(false)} />}
    </div>
  );
}
