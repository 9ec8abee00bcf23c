import type { Comparison } from '../../../contract/history.ts';
import type { RunInputs, RunPackage } from '../../../contract/inputs.ts';
import type { Run } from '../../../contract/runs.ts';

type RunPackages = readonly RunPackage[] | null;

/** Packages that differ and are told one by one. */
const mostPackages = 100;

type Fact = Comparison['facts'][number];

const modes: Record<Run['mode'], string> = { file: 'whole file', selection: 'selection', cell: 'cell', fresh: 'clean interpreter' };

/** What two runs were and how they ended, side by side; what differs comes first, else in the order of a run's life. */
export function factsOf(left: Run, right: Run, leftInputs: RunInputs | null, rightInputs: RunInputs | null): Fact[] {
  const facts: Fact[] = [];
  const add = (group: Fact['group'], name: string, one: string | null, other: string | null): void => {
    if (one === null && other === null) return;
    facts.push({ group, name, left: one ?? '—', right: other ?? '—', same: one === other });
  };
  const both = (group: Fact['group'], name: string, value: (run: Run) => string | null): void => add(group, name, value(left), value(right));
  both('result', 'Status', (run) => run.status);
  both('result', 'Exit code', (run) => (run.exitCode === null ? null : String(run.exitCode)));
  both('result', 'Error', (run) => run.error);
  both('result', 'Duration', (run) => (run.durationMs === null ? null : `${run.durationMs.toFixed(1)} ms`));
  both('result', 'Peak memory', (run) => (run.peakMemoryBytes === null ? null : `${(run.peakMemoryBytes / 1e6).toFixed(1)} MB`));
  both('parameters', 'Title', (run) => run.title);
  both('parameters', 'File', (run) => run.path);
  both('parameters', 'What was run', (run) => modes[run.mode]);
  both('parameters', 'Arguments', (run) => (run.argv.length === 0 ? null : JSON.stringify(run.argv)));
  both('environment', 'Engine', (run) => run.engine);
  both('environment', 'Python', (run) => (run.pythonVersion === '' ? null : run.pythonVersion));
  const [one, other] = [leftInputs?.environment, rightInputs?.environment];
  add('environment', 'Runtime', one?.runtime || null, other?.runtime || null);
  add('environment', 'Image digest', one?.imageDigest ?? null, other?.imageDigest ?? null);
  add('environment', 'Requirements', listed(one?.requirements), listed(other?.requirements));
  addPackages(add, one?.packages ?? null, other?.packages ?? null);
  add('environment', 'Profile', one?.profileName || null, other?.profileName || null);
  const [profile, otherProfile] = [settingsOf(one?.profile), settingsOf(other?.profile)];
  for (const name of new Set([...profile.keys(), ...otherProfile.keys()])) add('environment', `Profile: ${name}`, profile.get(name) ?? null, otherProfile.get(name) ?? null);
  return [...facts.filter((fact) => !fact.same), ...facts.filter((fact) => fact.same)];
}

/** Each package that differs; how many are the same is told in one line. */
function addPackages(add: (group: 'environment', name: string, one: string | null, other: string | null) => void, left: RunPackages, right: RunPackages): void {
  if (left === null || right === null) {
    const told = (packages: RunPackages): string | null => (packages === null ? null : packages.length === 0 ? 'none' : `${packages.length.toLocaleString('en')}, not known of the other`);
    add('environment', 'Packages', told(left), told(right));
    return;
  }
  const texts = (packages: readonly RunPackage[]): Map<string, string> => new Map(packages.map(({ name, version, source }) => [name, source === null ? version : `${version} from ${source}`]));
  const [one, other] = [texts(left), texts(right)];
  const names = [...new Set([...one.keys(), ...other.keys()])].toSorted();
  const different = names.filter((name) => one.get(name) !== other.get(name));
  for (const name of different.slice(0, mostPackages)) add('environment', `Package ${name}`, one.get(name) ?? 'not there', other.get(name) ?? 'not there');
  const more = different.length - mostPackages;
  if (more > 0) add('environment', 'More packages', `${more.toLocaleString('en')} others differ`, '—');
  const same = `${(names.length - different.length).toLocaleString('en')} the same`;
  if (names.length > different.length) add('environment', 'Packages', same, same);
}

function listed(items: readonly string[] | undefined): string | null {
  return items === undefined || items.length === 0 ? null : items.toSorted().join(', ');
}

function settingsOf(profile: object | null | undefined): Map<string, string> {
  return new Map(Object.entries(profile ?? {}).flatMap(([name, value]): [string, string][] => (value === null ? [] : [[name, typeof value === 'string' ? value : JSON.stringify(value)]])));
}
