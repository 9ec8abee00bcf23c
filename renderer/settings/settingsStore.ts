import { create } from 'zustand';
import { Settings, type SettingsPatch } from '../../contract/settings.ts';
import { core } from '../rpc/index.ts';
import { follow } from '../rpc/follow.ts';
import { reportError } from '../ui/notify/index.ts';

/** `loaded` is false while these are the defaults, because the core has not answered yet. */
export const useSettings = create<{ loaded: boolean; settings: Settings }>()(() => ({ loaded: false, settings: Settings.parse({}) }));

/** Changes that the core has not answered yet, oldest first: what it told of the settings before it had them does not take them back. */
const unanswered = new Set<SettingsPatch>();

/** Changes settings: here at once, and kept by the core; every window hears of it. */
export async function changeSettings(patch: SettingsPatch): Promise<void> {
  useSettings.setState((state) => ({ settings: Settings.parse({ ...state.settings, ...patch }) }));
  unanswered.add(patch);
  try {
    await core.settings.set(patch);
  } catch (error) {
    reportError(error);
  } finally {
    unanswered.delete(patch);
  }
}

/** Follows the settings, over lost connections. @returns stops it */
export function followSettings(): () => void {
  return follow(
    (signal) => core.settings.watch(undefined, { signal }),
    (settings) => useSettings.setState({ loaded: true, settings: Settings.parse(Object.assign({}, settings, ...unanswered)) }),
    { onError: reportError },
  );
}
