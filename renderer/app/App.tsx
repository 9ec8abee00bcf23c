import { useEffect, useLayoutEffect } from 'react';
import { SetupDialog } from '../cluster/index.ts';
import { listenForKeys, Palette, registerCommands, ShortcutsDialog } from '../commands/index.ts';
import { followConnections, SignInCommandDialog } from '../connections/index.ts';
import { editorCommands, startEditors } from '../editor/index.ts';
import { RunSheet } from '../jobs/index.ts';
import { PathDialog } from '../paths/index.ts';
import { followProfiles, ProfileDialogs } from '../profiles/index.ts';
import { followSystem } from '../rpc/system.ts';
import { startRuns } from '../runs/index.ts';
import { followSettings } from '../settings/index.ts';
import { ErrorBoundary, Questions, Toaster, TooltipProvider } from '../ui/index.ts';
import { ActivityBar } from './ActivityBar.tsx';
import { appCommands } from './appCommands.ts';
import { Banners } from './Banners.tsx';
import { keepLayout } from './layoutStore.ts';
import { StatusBar } from './StatusBar.tsx';
import { TitleBar } from './TitleBar.tsx';
import { Workbench } from './Workbench.tsx';

/** Makes the window heed its keys. @returns stops it */
function heedKeys(): () => void {
  const stops = [registerCommands([...editorCommands, ...appCommands]), listenForKeys(window)];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Starts what lives as long as the window. @returns stops it */
function start(): () => void {
  const stops = [
    followSystem(),
    followSettings(),
    keepLayout(),
    startEditors(),
    startRuns(),
    followConnections(),
    followProfiles(),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** The window. */
export function App() {
  // Before it is seen: on a busy machine a key can come before what follows the first picture.
  useLayoutEffect(heedKeys, []);
  useEffect(start, []);
  return (
    <TooltipProvider>
      <div className="flex h-full flex-col">
        <TitleBar />
        <Banners />
        <div className="flex min-h-0 grow">
          <ActivityBar />
          <main className="flex min-h-0 min-w-0 grow">
            <Workbench />
          </main>
        </div>
        <StatusBar />
      </div>
      <Palette />
      <ShortcutsDialog />
      {[RunSheet, SignInCommandDialog, ProfileDialogs, SetupDialog, PathDialog].map((Dialog, index) => (
        <ErrorBoundary key={index} name="A dialog">
          <Dialog />
        </ErrorBoundary>
      ))}
      <Questions />
      <Toaster />
    </TooltipProvider>
  );
}
