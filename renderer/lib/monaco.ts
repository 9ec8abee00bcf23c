import { loader } from '@monaco-editor/react';
import * as monaco from 'monaco-editor/editor';
import EditorWorker from 'monaco-editor/editor/editor.worker?worker';
import './monacoFeatures.ts';
import 'monaco-editor/languages/definitions/python/register';
import { defineThemes } from './monacoThemes.ts';

// Both from this origin: the loader's own way would be a CDN.
globalThis.MonacoEnvironment = { getWorker: () => new EditorWorker() };
loader.config({ monaco });
defineThemes(monaco);

// Keys that are the window's own; Monaco's would be unreachable, and its palette is not ours.
monaco.editor.addKeybindingRules([
  { keybinding: monaco.KeyCode.F1, command: null },
  { keybinding: monaco.KeyMod.CtrlCmd | monaco.KeyCode.Enter, command: null },
]);

export { monaco };
