import { create } from 'zustand';
import type { Notice, StorageState, SystemInfo } from '../../contract/system.ts';
import { follow } from './follow.ts';
import { core } from './index.ts';

interface SystemState {
  /** Null until the core has answered the first time. */
  info: SystemInfo | null;
  storage: StorageState;
  notices: readonly Notice[];
}

export const useSystem = create<SystemState>()(() => ({ info: null, storage: { state: 'ok' }, notices: [] }));

/** Asks for the system's facts and follows storage and notices; again after each lost connection. @returns stops it */
export function followSystem(): () => void {
  return follow(
    async (signal) => {
      useSystem.setState({ info: await core.system.info(undefined, { signal }) });
      return core.system.watch(undefined, { signal });
    },
    ({ storage, notices }) => useSystem.setState({ storage, notices }),
  );
}
