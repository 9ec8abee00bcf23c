import type * as MonacoApi from 'monaco-editor/editor';

export type Monaco = typeof MonacoApi;

let loading: Promise<Monaco> | null = null;
let loaded: Monaco | null = null;

/** The editor's code, a chunk of its own: the window paints before it is here. */
export function loadMonaco(): Promise<Monaco> {
  loading ??= import('./monaco.ts').then((module) => {
    loaded = module.monaco;
    return loaded;
  });
  return loading;
}

/** The editor's code if it is here already. */
export function loadedMonaco(): Monaco | null {
  return loaded;
}
