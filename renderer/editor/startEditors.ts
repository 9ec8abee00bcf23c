import { watchFiles } from './diskState.ts';
import { startKeeping } from './keeping.ts';
import { restoreTabs } from './restore.ts';
import { reportError } from '../ui/index.ts';

/** Brings the tabs back, and from then on keeps what is typed and watches the files. @returns stops it */
export function startEditors(): () => void {
  const stops = [startKeeping(), watchFiles()];
  restoreTabs().catch(reportError);
  return () => {
    for (const stop of stops) stop();
  };
}
