import { create } from 'zustand';
import { ProfileSettings, type ProfileId } from '../../contract/profiles.ts';
import { newProfileId, useProfiles } from './profilesStore.ts';

/** A profile in the dialog; `isNew` until it has been saved once. */
export interface EditedProfile {
  id: ProfileId;
  isNew: boolean;
  name: string;
  settings: ProfileSettings;
  /** The field to begin at, such as `memory`; null for the first. */
  field: string | null;
}

export const useProfileEditing = create<{ edited: EditedProfile | null; isImporting: boolean }>()(() => ({ edited: null, isImporting: false }));

/** A name that no profile has yet: `small 2`. */
export function freeName(wanted: string, taken: readonly string[]): string {
  if (!taken.includes(wanted)) return wanted;
  const base = wanted.replace(/ \d+$/, '');
  let number = 2;
  while (taken.includes(`${base} ${number}`)) number++;
  return `${base} ${number}`;
}

function takenNames(): string[] {
  return useProfiles.getState().profiles.map((profile) => profile.name);
}

/** Opens the dialog with a new profile. @param from what it begins with; by default the defaults */
export function newProfile(from: { name: string; settings: ProfileSettings } = { name: 'my profile', settings: ProfileSettings.parse({}) }): void {
  useProfileEditing.setState({ edited: { id: newProfileId(), isNew: true, name: freeName(from.name, takenNames()), settings: from.settings, field: null } });
}

/**
 * Opens a saved profile at one of its fields, as the button beside a failure does.
 * @param field its name in the contract, such as `image` or `extendedResources`
 * @returns false if no profile has this name
 */
export function editProfile(name: string, field: string | null = null): boolean {
  const profile = useProfiles.getState().profiles.find((one) => one.name === name);
  if (profile === undefined) return false;
  useProfileEditing.setState({ edited: { id: profile.id, isNew: false, name: profile.name, settings: profile.settings, field } });
  return true;
}

export function closeProfile(): void {
  useProfileEditing.setState({ edited: null });
}
