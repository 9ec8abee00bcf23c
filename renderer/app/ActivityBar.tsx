import { FolderTree, History, Plug, Settings, ShipWheel } from 'lucide-react';
import { useCommandKey } from '../commands/index.ts';
import { classes } from '../lib/classes.ts';
import { Tooltip } from '../ui/index.ts';
import { toggleSide, useLayout, type SideView } from './layoutStore.ts';

const icons = {
  Files: <FolderTree size={20} strokeWidth={1.75} aria-hidden />,
  History: <History size={20} strokeWidth={1.75} aria-hidden />,
  Cluster: <ShipWheel size={20} strokeWidth={1.75} aria-hidden />,
  Connections: <Plug size={20} strokeWidth={1.75} aria-hidden />,
  Settings: <Settings size={20} strokeWidth={1.75} aria-hidden />,
};

/** The views at the side; each button shows its view, or hides it. */
export function ActivityBar() {
  return (
    <nav aria-label="Views" data-region="Views" tabIndex={-1} className="flex w-12 shrink-0 flex-col items-center gap-1 border-r border-line bg-sunken py-1.5">
      <ViewButton view="Files" />
      <ViewButton view="History" />
      <ViewButton view="Cluster" />
      <ViewButton view="Connections" />
      <span className="grow" />
      <ViewButton view="Settings" />
    </nav>
  );
}

function ViewButton({ view }: { view: SideView }) {
  const shown = useLayout((state) => state.side === view);
  const key = useCommandKey(`view.${view.toLowerCase()}`);
  return (
    <Tooltip text={view} shortcut={key} side="right">
      <button
        type="button"
        aria-label={view}
        aria-pressed={shown}
        className={classes(
          'relative flex size-9 items-center justify-center rounded-lg transition-colors duration-100',
          shown ? 'bg-selected text-accent-text' : 'text-muted hover:bg-hover hover:text-text',
        )}
        onClick={() => toggleSide(view)}
      >
        {icons[view]}
      </button>
    </Tooltip>
  );
}
