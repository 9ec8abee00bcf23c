import type { RetentionPreview, SettingsPatch } from '../../contract/index.ts';
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
  const { keepRunsDays, keepRunsCount, keepOutputMegabytes, keepVersionsPerFile } = { ...useSettings.getState().settings, ...patch };
  const preview = await core.history.retentionPreview({
    keepRunsDays: keepRunsDays ?? 0,
    keepRunsCount: keepRunsCount ?? 0,
    keepOutputMegabytes: keepOutputMegabytes ?? 0,
    keepVersionsPerFile: keepVersionsPerFile ?? 0,
  });
  const { runs, versions } = preview;
  if (runs === 0 && versions === 0) return true;
  const what = [counted(runs, 'run'), counted(versions, 'version', 'of files')].filter((text) => text !== '').join(' and ');
  const answer = await ask({
    title: `Delete ${what}?`,
    message: `${lossOf(preview)} This cannot be undone.`,
    choices: [
      { id: 'cancel', label: 'Cancel' },
      { id: 'delete', label: 'Set the limit and delete', variant: 'danger' },
    ],
  });
  return answer === 'delete';
}

function counted(count: number, noun: string, more = ''): string {
  return count === 0 ? '' : `${count.toLocaleString()} ${noun}${count === 1 ? '' : 's'}${more === '' ? '' : ` ${more}`}`;
}

/** In sentences: what goes, and how much room that gives. */
export function lossOf({ runs, versions, fromMs, toMs, outputBytes, artifactBytes, fileBytes }: RetentionPreview): string {
  const day = (ms: number | null): string => (ms === null ? '' : new Date(ms).toLocaleDateString());
  const days = day(fromMs) === day(toMs) ? `of ${day(fromMs)}` : `of ${day(fromMs)} to ${day(toMs)}`;
  const gone = [runs === 0 ? '' : `${counted(runs, 'run')} ${days}`, counted(versions, 'older version', 'of files')].filter((text) => text !== '').join(' and ');
  const sizes = [
    { bytes: outputBytes, of: 'output' },
    { bytes: artifactBytes, of: 'artifacts' },
    { bytes: fileBytes, of: 'kept files' },
  ].flatMap(({ bytes, of }) => (bytes === 0 ? [] : [`${formatBytes(bytes)} of ${of}`]));
  return `The limits delete ${gone}${sizes.length === 0 ? '' : `, with ${sizes.join(', ')}`}. Pinned runs stay.`;
}
