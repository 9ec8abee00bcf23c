import type { SettingsPatch } from '../../contract/settings.ts';
import { formatBytes } from '../lib/units.ts';
import { core } from '../rpc/index.ts';
import { ask, reportError } from '../ui/index.ts';
import { changeSettings, useSettings } from './settingsStore.ts';

/** Changes a limit of what is kept; if it would delete runs, the person is told which and asked first. */
export async function changeLimits(patch: SettingsPatch): Promise<void> {
  try {
    if (await isAllowed(patch)) await changeSettings(patch);
  } catch (error) {
    reportError(error);
  }
}

async function isAllowed(patch: SettingsPatch): Promise<boolean> {
  const { keepRunsDays, keepRunsCount, keepOutputMegabytes } = { ...useSettings.getState().settings, ...patch };
  const { runs, outputBytes, fromMs, toMs } = await core.history.retentionPreview({
    keepRunsDays: keepRunsDays ?? 0,
    keepRunsCount: keepRunsCount ?? 0,
    keepOutputMegabytes: keepOutputMegabytes ?? 0,
  });
  if (runs === 0) return true;
  const day = (ms: number | null): string => (ms === null ? '' : new Date(ms).toLocaleDateString());
  const answer = await ask({
    title: runs === 1 ? 'Delete one run?' : `Delete ${runs.toLocaleString()} runs?`,
    message: `This limit deletes what is older: ${runs.toLocaleString()} ${runs === 1 ? 'run' : 'runs'} of ${day(fromMs)} to ${day(toMs)}, with ${formatBytes(outputBytes)} of stored output. This cannot be undone.`,
    choices: [
      { id: 'cancel', label: 'Cancel' },
      { id: 'delete', label: 'Set the limit and delete', variant: 'danger' },
    ],
  });
  return answer === 'delete';
}
