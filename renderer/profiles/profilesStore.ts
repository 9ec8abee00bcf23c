import { create } from 'zustand';
import { newId } from '../../contract/ids.ts';
import { ProfileId, type Profile } from '../../contract/profiles.ts';
import { core } from '../rpc/index.ts';
import { reportError } from '../ui/notify/index.ts';

interface ProfilesState {
  /** False until the core has told them the first time. */
  loaded: boolean;
  /** By name. */
  profiles: readonly Profile[];
}

/** The saved job profiles. */
export const useProfiles = create<ProfilesState>()(() => ({ loaded: false, profiles: [] }));

/** Reads the profiles, the first time or again. */
export async function loadProfiles(): Promise<void> {
  try {
    const { profiles } = await core.profiles.list();
    useProfiles.setState({ loaded: true, profiles });
  } catch (error) {
    reportError(error);
  }
}

/** Reads the profiles now, and again whenever the window gets the focus: another window may have changed them. @returns stops it */
export function followProfiles(): () => void {
  void loadProfiles();
  const again = (): void => void loadProfiles();
  window.addEventListener('focus', again);
  return () => window.removeEventListener('focus', again);
}

export function profileByName(name: string): Profile | null {
  return useProfiles.getState().profiles.find((one) => one.name === name) ?? null;
}

export function newProfileId(): ProfileId {
  return ProfileId.parse(newId());
}
