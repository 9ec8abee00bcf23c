import type { Command } from '../commands/index.ts';
import type { Profile } from '../../contract/profiles.ts';
import { saveBlob } from '../display/index.ts';
import { core } from '../rpc/index.ts';
import { ask, notify, reportError } from '../ui/index.ts';
import { newProfile, useProfileEditing } from './profileEditing.ts';
import { loadProfiles } from './profilesStore.ts';

/** @param show shows the region that lists the profiles */
export function profileCommands(show: () => void): Command[] {
  return [
    { id: 'profiles.show', title: 'Go to the job profiles', category: 'Cluster', run: show },
    { id: 'profiles.new', title: 'New job profile…', category: 'Cluster', run: () => newProfile() },
    { id: 'profiles.import', title: 'Import job profiles…', category: 'Cluster', run: () => useProfileEditing.setState({ isImporting: true }) },
  ];
}

/** Asks, then forgets a profile. @returns whether it is gone */
export async function deleteProfile({ id, name }: Pick<Profile, 'id' | 'name'>): Promise<boolean> {
  const answer = await ask({
    title: `Delete the profile “${name}”?`,
    message: 'Runs keep the settings that they were started with.',
    choices: [
      { id: 'cancel', label: 'Cancel' },
      { id: 'delete', label: 'Delete', variant: 'danger' },
    ],
  });
  if (answer !== 'delete') return false;
  try {
    await core.profiles.delete({ id });
  } catch (error) {
    reportError(error);
    return false;
  }
  await loadProfiles();
  return true;
}

/** Saves a profile's YAML as a file. */
export async function downloadProfile({ id, name }: Profile): Promise<void> {
  const { yaml } = await core.profiles.exportYaml({ id });
  saveBlob(new Blob([yaml], { type: 'application/yaml' }), `${name.replace(/[^\w.-]+/g, '-')}.yaml`);
}

/** Puts a profile's YAML on the clipboard. */
export async function copyProfile({ id, name }: Profile): Promise<void> {
  const { yaml } = await core.profiles.exportYaml({ id });
  await navigator.clipboard.writeText(yaml);
  notify({ severity: 'success', message: `Copied “${name}” as YAML.` });
}
