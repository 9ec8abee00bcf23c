import { Fragment, useEffect, useSyncExternalStore, type ReactNode } from 'react';
import { Group, Panel, Separator, useGroupRef } from 'react-resizable-panels';
import { ClusterPanel } from '../cluster/index.ts';
import { ConnectionsPanel } from '../connections/index.ts';
import { ConsolePanel, type ConsoleTab } from '../console/index.ts';
import { EditorArea } from '../editor/index.ts';
import { FilesPanel } from '../files/index.ts';
import { HistoryPanel } from '../history/index.ts';
import { JobCard } from '../jobs/index.ts';
import { PlotsPanel } from '../plots/index.ts';
import { SettingsPanel } from '../settings/index.ts';
import { ErrorBoundary } from '../ui/index.ts';
import { VariablesPanel } from '../variables/index.ts';
import { Welcome } from '../welcome/index.ts';
import { rememberedSizes, rememberSizes, sizesFor, useLayout, useLayoutRestored, type SideView } from './layoutStore.ts';

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

/** What stands above the output of a run: a cluster run has a card. */
function cardOf({ engine, runId, tabId }: ConsoleTab): ReactNode {
  return engine === 'cluster' && <JobCard key={runId} runId={runId} tabId={tabId} />;
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
        ...(side === null ? [] : [{ id: 'side', name: side, size: 22, minSize: 200, content: <Side view={side} /> }]),
        {
          id: 'centre',
          name: 'The middle of the window',
          size: 78,
          minSize: 240,
          content: (
            <Split
              direction="vertical"
              panels={[
                {
                  id: 'upper',
                  name: 'The upper half',
                  size: 62,
                  minSize: 96,
                  content: (
                    <Split
                      direction="horizontal"
                      panels={[
                        {
                          id: 'editor',
                          name: 'The editor',
                          size: 72,
                          minSize: 200,
                          content: <EditorArea empty={<Welcome />} />,
                        },
                        ...(right && !isNarrow ? [{ id: 'right', name: 'The right side', size: 28, minSize: 180, content: <Right /> }] : []),
                      ]}
                    />
                  ),
                },
                ...(console ? [{ id: 'console', name: 'The console', size: 38, minSize: 96, content: <ConsolePanel card={cardOf} /> }] : []),
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
  /** `The console` */
  name: string;
  /** Percent of the group, when nothing else is remembered. */
  size: number;
  /** Pixels. */
  minSize: number;
  content: ReactNode;
}

function Split({ direction, panels }: { direction: 'horizontal' | 'vertical'; panels: SplitPanel[] }) {
  const sizes = rememberedSizes();
  const group = useGroupRef();
  const restored = useLayoutRestored((state) => state.restored);

  useEffect(() => {
    // Panels that come later, or that the kept layout itself brings, begin with their remembered size.
    const drawn = Object.keys(group.current?.getLayout() ?? {});
    const remembered = restored ? sizesFor(rememberedSizes(), drawn) : null;
    if (remembered !== null) group.current?.setLayout(remembered);
  }, [restored, group]);

  return (
    <Group
      groupRef={group}
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
            <ErrorBoundary name={panel.name}>{panel.content}</ErrorBoundary>
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
    case 'Cluster':
      return <ClusterPanel />;
    case 'Connections':
      return <ConnectionsPanel />;
    case 'Settings':
      return <SettingsPanel />;
  }
}

function Right() {
  return (
    <Split
      direction="vertical"
      panels={[
        { id: 'variables', name: 'Variables', size: 55, minSize: 80, content: <VariablesPanel /> },
        { id: 'plots', name: 'Plots', size: 45, minSize: 80, content: <PlotsPanel /> },
      ]}
    />
  );
}
