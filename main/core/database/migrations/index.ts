import { initial } from './001-initial.ts';
import { cluster } from './002-cluster.ts';
import { profiles } from './003-profiles.ts';
import { outputMarks } from './004-output-marks.ts';
import { history } from './005-history.ts';
import { packages } from './006-packages.ts';
import { outputGrams } from './007-output-grams.ts';
import { gramsWithoutStyles } from './008-grams-without-styles.ts';
import { mergesOfDeletedRuns } from './009-merges-of-deleted-runs.ts';
import type { Migration } from './migration.ts';

export type { Migration } from './migration.ts';

/** All steps in order. A new one goes to the end, in a file of its own. */
export const migrations: readonly Migration[] = [initial, cluster, profiles, outputMarks, history, packages, outputGrams, gramsWithoutStyles, mergesOfDeletedRuns];
