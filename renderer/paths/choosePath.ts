import { create } from 'zustand';
import { core } from '../rpc/index.ts';
import { useSystem } from '../rpc/system.ts';

export interface PathRequest {
  kind: 'openFile' | 'openFolder' | 'saveFile';
  /** Where the dialog starts: a folder, or for saveFile a whole path. */
  suggested?: string;
  /** What it is for, where that is not opening or saving a text; the system's own dialog has its own words. */
  words?: { title: string; description: string; button: string };
}

interface Pending {
  request: PathRequest;
  answer(path: string | null): void;
}

export const usePathRequest = create<{ pending: Pending | null }>()(() => ({ pending: null }));

/** Asks the person for a path, by the system's dialog where the host has one; null when it was cancelled. */
export async function choosePath(request: PathRequest): Promise<string | null> {
  if (useSystem.getState().info?.nativeDialogs === true) {
    const { kind, suggested } = request;
    const { path } = await core.files.pick({ kind, ...(suggested === undefined ? {} : { suggested }) });
    return path;
  }
  usePathRequest.getState().pending?.answer(null);
  return new Promise((resolve) => {
    const pending: Pending = {
      request,
      answer(path) {
        if (usePathRequest.getState().pending === pending) usePathRequest.setState({ pending: null });
        resolve(path);
      },
    };
    usePathRequest.setState({ pending });
  });
}
