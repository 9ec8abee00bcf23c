import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backupsSuite } from './backupsSuite.ts';
import { clusterSuite } from './clusterSuite.ts';
import { filesSuite } from './filesSuite.ts';
import { outputSuite } from './outputSuite.ts';
import { historySuite } from './historySuite.ts';
import { inputsSuite } from './inputsSuite.ts';
import { localHistorySuite } from './localHistorySuite.ts';
import { runsSuite } from './runsSuite.ts';
import { allProcedures, openFixture, temporaryFolder, type Fixture, type Serve, type Served } from './served.ts';
import { stateSuite } from './stateSuite.ts';
import { transferSuite } from './transferSuite.ts';

export type { Client, Serve, Served } from './served.ts';

/** What the transport under test can do. */
export interface SuiteOptions {
  /** The path that the host's file dialog answers; absent where it has none. */
  picked?: string;
}

/** Everything that the contract promises, asked over one transport; its refusals too. Every procedure must be used at least once. */
export function contractSuite(name: string, serve: Serve, options: SuiteOptions = {}): void {
  describe(`the contract over ${name}`, () => {
    const home = temporaryFolder('pyexekube-home-');
    const called = new Set<string>();
    let served: Served;
    let fixture: Fixture;

    beforeAll(async () => {
      served = await serve(home);
      fixture = await openFixture(served, called);
    });
    afterAll(async () => {
      await served.close();
      rmSync(home, { recursive: true, force: true });
    });

    const get = (): Fixture => fixture;
    runsSuite(get);
    historySuite(get);
    inputsSuite(get);
    localHistorySuite(get);
    outputSuite(get);
    filesSuite(get, options.picked);
    stateSuite(get, home);
    clusterSuite(get, home);
    transferSuite(get);
    backupsSuite(get, home);

    it('leaves no procedure out', () => {
      expect(allProcedures.length).toBeGreaterThan(20);
      expect(allProcedures.filter((procedure) => !called.has(procedure))).toEqual([]);
    });
  });
}
