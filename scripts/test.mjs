// npm test: everything, group after group, and one line with the sum at the end.
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { installMissing } from './install.mjs';
import { needNewNode, run } from './node.mjs';
import { root } from './project.mjs';

await installMissing();
await needNewNode();

const bin = (path) => join(root, 'node_modules', path);
const tools = {
  tsc: bin('typescript/bin/tsc'),
  oxlint: bin('oxlint/bin/oxlint'),
  vitest: bin('vitest/vitest.mjs'),
  playwright: bin('@playwright/test/cli.js'),
};
const reports = join(root, '.cache/reports');
/** Lines of code of contract/, kernel/ and main/core/ that the tests must reach, percent. */
const minLineCoverage = 95;
const browserFetchTimeoutMs = 5 * 60_000;
/** A group that takes longer than this hangs; it is ended and has failed. */
const groupTimeoutMs = 20 * 60_000;

/** @typedef {{name: string, passed: number, failed: number, skipped: number, reason?: string}} Result */

/** @param {string} tool @param {string[]} args @param {Parameters<typeof run>[2]} [options] */
function node(tool, args, options = {}) {
  return run(process.execPath, [tool, ...args], { cwd: root, timeout: groupTimeoutMs, killSignal: 'SIGKILL', ...options });
}

/** One check that passes or fails as a whole. @returns {Promise<Result>} */
async function check(name, work) {
  const code = await work();
  return { name, passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
}

/** @returns {Promise<Result>} */
async function build() {
  return check('build', async () => {
    try {
      const { buildStale } = await import('./build.mjs');
      await buildStale();
      return 0;
    } catch (error) {
      console.error(error);
      return 1;
    }
  });
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

/**
 * Counts of a group. One that ran no test has failed, and so has one whose runner failed for another reason than a test.
 * @returns {Result}
 */
function counted(name, code, counts) {
  const { passed, failed, skipped } = counts ?? { passed: 0, failed: 0, skipped: 0 };
  if (passed + failed === 0) {
    console.error(`${name}: no test was run.`);
    return { name, passed, failed: 1, skipped };
  }
  if (code !== 0 && failed === 0) {
    console.error(`${name}: the runner ended with ${code} although no test failed.`);
    return { name, passed, failed: 1, skipped };
  }
  return { name, passed, failed, skipped };
}

/** @param {string[]} projects @param {string[]} args @param {Parameters<typeof run>[2]} [options] */
async function vitest(name, projects, args = [], options = {}) {
  const file = join(reports, `${name.replaceAll(' ', '-')}.json`);
  const chosen = projects.flatMap((project) => ['--project', project]);
  const code = await node(tools.vitest, ['run', ...chosen, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...args], options);
  const report = readJson(file);
  const counts = report && { passed: report.numPassedTests, failed: report.numFailedTests, skipped: report.numPendingTests + report.numTodoTests };
  for (const { name: path, assertionResults } of report?.testResults ?? []) {
    for (const { fullName, status } of assertionResults) {
      if (status === 'skipped' || status === 'pending') console.log(`skipped: ${relative(root, path)}: ${fullName}`);
    }
  }
  return { code, ...counted(name, code, counts), counts };
}

const kubeconfig = process.env.PYEXEKUBE_TEST_KUBECONFIG;
const hasCluster = kubeconfig !== undefined && kubeconfig !== '' && existsSync(kubeconfig);

/** @param {string} name @returns {Result} */
function noCluster(name) {
  return { name, passed: 0, failed: 0, skipped: 1, reason: 'no cluster: name a kubeconfig of a test cluster in PYEXEKUBE_TEST_KUBECONFIG' };
}

/** What only a cluster can show: without one its lines are not counted, and the group is skipped by name. */
const clusterCode = ['main/core/cluster/**', 'main/core/connections/**', 'main/core/jobs/**'];

/** Tests of everything that runs on Node in one run, since the coverage is of all of them. @returns {Promise<Result[]>} */
async function nodeTests() {
  const summary = join(root, 'coverage/coverage-summary.json');
  await rm(summary, { force: true });
  const name = `unit contract integration runner${hasCluster ? ' cluster' : ''}`;
  // The threshold is judged below, as a check of its own.
  const { code: _code, counts: _counts, ...result } = await vitest(name, name.split(' '), [
    '--coverage.enabled',
    '--coverage.reportOnFailure',
    '--coverage.thresholds.lines=0',
    ...(hasCluster ? [] : clusterCode.map((glob) => `--coverage.exclude=${glob}`)),
  ]);
  const percent = readJson(summary)?.total?.lines?.pct;
  const covered = typeof percent === 'number' && percent >= minLineCoverage;
  console.log(`Lines covered: ${percent ?? 'unknown'} % (at least ${minLineCoverage} %)`);
  const results = [result, { name: 'coverage', passed: covered ? 1 : 0, failed: covered ? 0 : 1, skipped: 0 }];
  if (!hasCluster) results.push(noCluster('cluster'));
  return results;
}

/** Its output is shown when it has ended, since it runs beside another group, and behind it: it waits for most of its time. @returns {Promise<Result[]>} */
async function clusterFaults() {
  if (!hasCluster) return [];
  const name = 'cluster faults';
  const log = join(reports, 'cluster-faults.log');
  const file = await open(log, 'w');
  const { code: _code, counts: _counts, ...result } = await vitest(name, ['cluster-faults'], [], { stdio: ['ignore', file.fd, file.fd], niceness: 10 });
  await file.close();
  console.log(readFileSync(log, 'utf8'));
  return [result];
}

/** The browser's tests beside the cluster's slow ones, then those that need both. @returns {Promise<Result[]>} */
async function browserAndFaults() {
  const [faults, browser] = await Promise.all([clusterFaults(), browserTests('browser', ['e2e', 'security'])]);
  const name = 'browser cluster';
  return [...faults, browser, hasCluster ? await browserTests(name, ['cluster-e2e']) : noCluster(name)];
}

/** @param {string[]} projects @returns {Promise<Result>} */
async function browserTests(name, projects) {
  const { findChromium } = await import('../tests/support/chromium.ts');
  if (findChromium() === null) {
    console.log('No Chromium on this system; fetching the one of Playwright …');
    await node(tools.playwright, ['install', 'chromium'], { timeout: browserFetchTimeoutMs }).catch(() => 1);
  }
  if (findChromium() === null) {
    return { name, passed: 0, failed: 0, skipped: 1, reason: 'no Chromium: install one (`apt-get install chromium`), or name it in PYEXEKUBE_TEST_CHROMIUM' };
  }
  const file = join(reports, `${name.replaceAll(' ', '-')}.json`);
  const env = { ...process.env, PLAYWRIGHT_JSON_OUTPUT_NAME: file };
  const chosen = projects.map((project) => `--project=${project}`);
  const code = await node(tools.playwright, ['test', '--config', 'tests/playwright.config.ts', '--reporter=list,json', ...chosen], { env });
  const stats = readJson(file)?.stats;
  return counted(name, code, stats && { passed: stats.expected, failed: stats.unexpected + stats.flaky, skipped: stats.skipped });
}

/** The Electron to test with: named, or the one that stands beside the checkout. @returns {Promise<string | null>} */
async function testElectron() {
  const chosen = process.env.PYEXEKUBE_TEST_ELECTRON;
  if (chosen) return existsSync(chosen) ? chosen : null;
  const getter = join(root, '../shared/electron/get');
  if (!existsSync(getter)) return null;
  const { execFileSync } = await import('node:child_process');
  try {
    return execFileSync(getter, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], timeout: browserFetchTimeoutMs }).trim();
  } catch {
    return null;
  }
}

/** @returns {Promise<Result[]>} */
async function smokeTests() {
  const names = ['electron smoke', 'packaging smoke'];
  const electron = await testElectron();
  const reason = electron === null ? 'no Electron to test with: name its binary in PYEXEKUBE_TEST_ELECTRON' : null;
  if (reason !== null) return names.map((name) => ({ name, passed: 0, failed: 0, skipped: 1, reason }));
  process.env.PYEXEKUBE_TEST_ELECTRON = electron;
  const results = [];
  for (const name of names) {
    const { code: _code, counts: _counts, ...result } = await vitest(name, ['smoke'], [`tests/smoke/${name.split(' ')[0]}`]);
    results.push(result);
  }
  return results;
}

await rm(reports, { recursive: true, force: true });
await mkdir(reports, { recursive: true });
const started = performance.now();
/** @type {Result[]} */
const results = [];
for (const group of [
  () => check('types', () => node(tools.tsc, ['-b'])),
  () => check('lint', () => node(tools.oxlint, ['--deny-warnings'])),
  () => check('import rules', () => node(join(root, 'scripts/checkImports.mjs'), [])),
  build,
  nodeTests,
  browserAndFaults,
  smokeTests,
]) {
  results.push(...[await group()].flat());
}

const sum = { passed: 0, failed: 0, skipped: 0 };
console.log('');
for (const { name, passed, failed, skipped, reason } of results) {
  sum.passed += passed;
  sum.failed += failed;
  sum.skipped += skipped;
  console.log(`${name}: ${passed} passed, ${failed} failed, ${skipped} skipped${reason === undefined ? '' : ` (${reason})`}`);
}
console.log(`took ${Math.round((performance.now() - started) / 1000)} s`);
console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
process.exitCode = sum.failed === 0 ? 0 : 1;
