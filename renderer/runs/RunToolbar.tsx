import { ChevronDown, Play, RotateCcw, Square } from 'lucide-react';
import { runCommand, useCommandKey } from '../commands/index.ts';
import { useConsoleStore } from '../console/index.ts';
import { useEditorsStore } from '../editor/index.ts';
import { ClusterToolbar } from '../jobs/index.ts';
import { Button, IconButton, Menu, Tooltip } from '../ui/index.ts';
import { stoppableTab } from './runActions.ts';
import { useRunsStore } from './runsStore.ts';

/** Whether Stop has something to stop; follows the tabs, the console and the runs. */
function useStoppable(): 'nothing' | 'running' | 'stopping' {
  useEditorsStore((state) => state.activeId);
  useConsoleStore((state) => state.activeId);
  const byTab = useRunsStore((state) => state.byTab);
  const tabId = stoppableTab();
  if (tabId === null) return 'nothing';
  return byTab.get(tabId)?.phase === 'stopping' ? 'stopping' : 'running';
}

/** Run, Stop, Restart kernel; then where Run on cluster goes. */
export function RunToolbar() {
  const hasTab = useEditorsStore((state) => state.activeId !== null);
  const stoppable = useStoppable();
  const [runKey, selectionKey, freshKey, againKey] = [useCommandKey('run.file'), useCommandKey('run.selection'), useCommandKey('run.fresh'), useCommandKey('run.again')];
  const [stopKey, restartKey, clusterKey] = [useCommandKey('run.stop'), useCommandKey('kernel.restart'), useCommandKey('job.run')];
  return (
    <div role="group" aria-label="Running" className="flex min-w-0 items-center gap-1">
      <div className="flex shrink-0">
        <Tooltip text="Run the file" shortcut={runKey}>
          <Button variant="primary" disabled={!hasTab} className="rounded-r-none pl-2.5" onClick={() => runCommand('run.file')}>
            <Play size={14} fill="currentColor" aria-hidden />
            Run
          </Button>
        </Tooltip>
        <Menu
          items={[
            { kind: 'item', label: 'Run file', shortcut: runKey, run: () => runCommand('run.file') },
            { kind: 'item', label: 'Run selection or cell', shortcut: selectionKey, run: () => runCommand('run.selection') },
            { kind: 'item', label: 'Run fresh, in a clean interpreter', shortcut: freshKey, run: () => runCommand('run.fresh') },
            { kind: 'item', label: 'Run again what is shown', shortcut: againKey, run: () => runCommand('run.again') },
            { kind: 'separator' },
            { kind: 'item', label: 'Run on cluster', shortcut: clusterKey, run: () => runCommand('job.run') },
            { kind: 'item', label: 'Run selection or cell on cluster', run: () => runCommand('job.runSelection') },
            { kind: 'item', label: 'Check before running on cluster', run: () => runCommand('job.review') },
          ]}
        >
          <Button variant="primary" disabled={!hasTab} aria-label="More ways to run" className="rounded-l-none border-l-on-accent/30 px-1">
            <ChevronDown size={14} aria-hidden />
          </Button>
        </Menu>
      </div>
      <Tooltip text={stoppable === 'stopping' ? 'Stopping' : 'Stop'} shortcut={stopKey}>
        <Button disabled={stoppable === 'nothing'} aria-busy={stoppable === 'stopping'} className="px-2.5" onClick={() => runCommand('run.stop')}>
          <Square size={12} fill="currentColor" aria-hidden className={stoppable === 'nothing' ? '' : 'text-danger'} />
          <span className="max-[560px]:sr-only">Stop</span>
        </Button>
      </Tooltip>
      <IconButton label="Restart kernel" shortcut={restartKey} disabled={!hasTab} onClick={() => runCommand('kernel.restart')}>
        <RotateCcw size={15} aria-hidden />
      </IconButton>
      <span aria-hidden className="mx-1 h-5 w-px bg-line" />
      <ClusterToolbar />
    </div>
  );
}
