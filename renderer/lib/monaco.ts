import { loader } from '@monaco-editor/react';
import * as monaco from 'monaco-editor/editor';
import workerUrl from 'monaco-editor/editor/editor.worker?worker&url';
import './monacoFeatures.ts';
import 'monaco-editor/languages/definitions/python/register';
import { again } from './again.ts';
import { defineThemes } from './monacoThemes.ts';

/** A worker whose script did not arrive tells Monaco nothing that it could mend: the script is in the cache before the worker asks for it. */
async function startWorker(): Promise<Worker> {
  await again(async () => (await fetch(workerUrl)).arrayBuffer());
  return new Worker(workerUrl, { type: 'module' });
}

// Both from this origin: the loader's own way would be a CDN.
globalThis.MonacoEnvironment = { getWorker: startWorker };
loader.config({ monaco });
defineThemes(monaco);

// Keys that are the window's own; Monaco's would be unreachable, and its palette is not ours.
monaco.editor.addKeybindingRules([
  { keybinding: monaco.KeyCode.F1, command: null },
  { keybinding: monaco.KeyMod.CtrlCmd | monaco.KeyCode.Enter, command: null },
]);

export { monaco };
