import { Fragment, lazy, Suspense, useSyncExternalStore, type ReactNode } from 'react';
import { Group, Panel, Separator } from 'react-resizable-panels';
import { ConsolePanel } from '../console/index.ts';
import { EditorArea } from '../editor/index.ts';
import { FilesPanel } from '../files/index.ts';
import { HistoryPanel } from '../history/index.ts';
import { PlotsPanel } from '../plots/index.ts';
import { Region } from '../ui/index.ts';
import { VariablesPanel } from '../variables/index.ts';
import { Welcome } from '../welcome/index.ts';
import { rememberSizes, useLayout, type SideView } from './layoutStore.ts';

const SettingsPanel = lazy(async () => ({ default: (await import('../settings/SettingsPanel.tsx')).SettingsPanel }));

/** Below this width there is no room for Variables and Plots beside the editor. */
const narrow = matchMedia('(max-width: 760px)');

function useNarrow(): boolean {
  return useSyncExternalStore(
    (listener) => {
      narrow.addEventListener('change', listener);
      return () => narrow.removeEventListener('change', listener);
    },
    () => narrow.matches,
  );
}

/** The parts of the window between toolbar and status bar, each to be resized. */
export function Workbench() {
  const side = useLayout((state) => state.side);
  const console = useLayout((state) => state.console);
  const right = useLayout((state) => state.right);
  const isNarrow = useNarrow();
  return (
    <Split
      direction="horizontal"
      panels={[
        ...(side === null ? [] : [{ id: 'side', size: 22, minSize: 200, content: <Side view={side} /> }]),
        {
          id: 'centre',
          size: 78,
          minSize: 240,
          content: (
            <Split
              direction="vertical"
              panels={[
                {
                  id: 'upper',
                  size: 62,
                  minSize: 96,
                  content: (
                    <Split
                      direction="horizontal"
                      panels={[
                        {
                          id: 'editor',
                          size: 72,
                          minSize: 200,
                          content: <EditorArea empty={<Welcome />} />,
                        },
                        ...(right && !isNarrow ? [{ id: 'right', size: 28, minSize: 180, content: <Right /> }] : []),
                      ]}
                    />
                  ),
                },
                ...(console ? [{ id: 'console', size: 38, minSize: 96, content: <ConsolePanel /> }] : []),
              ]}
            />
          ),
        },
      ]}
    />
  );
}

interface SplitPanel {
  id: string;
  /** Percent of the group, when nothing else is remembered. */
  size: number;
  /** Pixels. */
  minSize: number;
  content: ReactNode;
}

function Split({ direction, panels }: { direction: 'horizontal' | 'vertical'; panels: SplitPanel[] }) {
  const sizes = useLayout.getState().sizes;
  return (
    <Group
      orientation={direction}
      className="h-full min-h-0 min-w-0 grow"
      onLayoutChanged={(layout, { isUserInteraction }) => {
        if (isUserInteraction) rememberSizes(layout);
      }}
    >
      {panels.map((panel, index) => (
        <Fragment key={panel.id}>
          {index > 0 && <Separator className="panel-separator" aria-label={`Size of ${panels[index - 1]?.id ?? ''} and ${panel.id}`} />}
          <Panel id={panel.id} defaultSize={`${sizes[panel.id] ?? panel.size}%`} minSize={panel.minSize}>
            {panel.content}
          </Panel>
        </Fragment>
      ))}
    </Group>
  );
}

function Side({ view }: { view: SideView }) {
  switch (view) {
    case 'Files':
      return <FilesPanel />;
    case 'History':
      return <HistoryPanel />;
    case 'Settings':
      return (
        <Suspense fallback={<Region name="Settings">{null}</Region>}>
          <SettingsPanel />
        </Suspense>
      );
  }
}

function Right() {
  return (
    <Split
      direction="vertical"
      panels={[
        { id: 'variables', size: 55, minSize: 80, content: <VariablesPanel /> },
        { id: 'plots', size: 45, minSize: 80, content: <PlotsPanel /> },
      ]}
    />
  );
}
