import { homedir } from 'node:os';
import { sep } from 'node:path';
import type { Notice, StorageState, SystemInfo } from '../../../contract/system.ts';
import type { Storage } from '../database/index.ts';
import { Feed, watchValue, type Events } from '../feed.ts';
import type { CoreOptions } from '../ports.ts';
import type { Notices } from './notices.ts';

export interface System {
  info(): SystemInfo;
  watch(signal: AbortSignal | undefined): Events<{ storage: StorageState; notices: Notice[] }>;
  dismissNotice(id: string): void;
  dispose(): void;
}

export function createSystem(options: CoreOptions, storage: Storage, notices: Notices): System {
  const feed = new Feed<null>(null, 1);
  const stops = [storage.onState(() => feed.publish(null)), notices.onChange(() => feed.publish(null))];
  return {
    info: () => ({
      appVersion: options.appVersion,
      host: options.host,
      platform: process.platform,
      pathSeparator: sep,
      homeFolder: homedir(),
      dataFolder: options.home,
      nativeDialogs: options.pick !== undefined,
    }),
    watch: (signal) => watchValue(feed, () => ({ storage: storage.state(), notices: notices.list() }), signal),
    dismissNotice: (id) => notices.dismiss(id),
    dispose() {
      for (const stop of stops) stop();
      feed.close();
    },
  };
}
