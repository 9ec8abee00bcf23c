import { createCore } from '../../core/core.ts';
import { runCoreProcess } from './coreProcess.ts';

/** The entry of core.cjs. */
runCoreProcess((settings) => createCore({ ...settings, host: 'electron', appVersion: __APP_VERSION__ }));
