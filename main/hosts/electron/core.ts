import { createCore } from '../../core/core.ts';
import { keepBuffersFew, keepYoungHeapSmall } from '../memory.ts';
import { runCoreProcess } from './coreProcess.ts';

/** The entry of core.cjs. */
runCoreProcess(async (settings) => {
  const core = await createCore({ ...settings, host: 'electron', appVersion: __APP_VERSION__ });
  keepYoungHeapSmall();
  keepBuffersFew();
  return core;
});
