import { ProfileSettings, type Connection, type Profile } from '../../contract/index.ts';
import { useConnections } from '../connections/index.ts';
import { untilState } from '../lib/untilState.ts';
import { useProfiles } from '../profiles/index.ts';
import { core } from '../rpc/index.ts';
import { changeSettings, useSettings } from '../settings/index.ts';
import { reportError } from '../ui/index.ts';

/** Settings of a run while no profile is saved. */
const plainSettings = ProfileSettings.parse({});

/** The connection among these that was chosen as target; null for this computer. */
function chosen(connections: readonly Connection[], target: string): Connection | null {
  return connections.find((one) => one.id === target) ?? null;
}

/** Where Run on cluster goes; null while this computer is the target. */
export function targetConnection(): Connection | null {
  return chosen(useConnections.getState().connections, useSettings.getState().settings.target);
}

/** The same, followed. */
export function useTarget(): Connection | null {
  const target = useSettings((state) => state.settings.target);
  return useConnections((state) => chosen(state.connections, target));
}

/** Remembers the target. @param connection null for this computer */
export function chooseTarget(connection: Connection | null): void {
  void changeSettings({ target: connection?.id ?? '' });
  // Choosing it is wanting to reach it: how it is shows at once.
  if (connection !== null) core.connections.check({ id: connection.id }).catch(reportError);
}

/** Resolves when the core has told target, clusters and profiles: before that a run would go elsewhere than it was chosen, and with other settings. */
export async function whenChoicesAreKnown(): Promise<void> {
  await Promise.all([untilState(useSettings, ({ loaded }) => loaded), untilState(useConnections, ({ loaded }) => loaded), untilState(useProfiles, ({ loaded }) => loaded)]);
}

export interface ProfileChoice {
  name: string;
  settings: ProfileSettings;
}

function chosenProfile(profiles: readonly Profile[], id: string): Profile | null {
  return profiles.find((one) => one.id === id) ?? profiles[0] ?? null;
}

/** The profile that was chosen, or the first; plain settings while there is none. */
export function currentProfile(): ProfileChoice {
  const profile = chosenProfile(useProfiles.getState().profiles, useSettings.getState().settings.profile);
  return profile === null ? { name: '', settings: plainSettings } : { name: profile.name, settings: profile.settings };
}

/** The profile that is chosen, followed; null while there is none. */
export function useProfileChoice(): Profile | null {
  const id = useSettings((state) => state.settings.profile);
  return useProfiles((state) => chosenProfile(state.profiles, id));
}
