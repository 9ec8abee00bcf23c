import type * as MonacoApi from 'monaco-editor/editor';
import { again } from './again.ts';

export type Monaco = typeof MonacoApi;

let loading: Promise<Monaco> | null = null;
let loaded: Monaco | null = null;

/** The editor's code, a chunk of its own: the window paints before it is here. */
export function loadMonaco(): Promise<Monaco> {
  loading ??= again(() => import('./monaco.ts')).then(
    (module) => {
      loaded = module.monaco;
      return loaded;
    },
    (error: unknown) => {
      // Whoever needs it next asks anew.
      loading = null;
      throw error;
    },
  );
  return loading;
}

/** The editor's code if it is here already. */
export function loadedMonaco(): Monaco | null {
  return loaded;
}
