import type { Engine, Run, RunInputs, RunPackage } from '../../contract/index.ts';

/** Names that a sentence holds; the rest is counted. */
const mostNames = 5;

function listed(names: readonly string[]): string {
  const more = names.length - mostNames;
  return names.slice(0, mostNames).join(', ') + (more > 0 ? ` and ${more.toLocaleString()} more` : '');
}

const named = ({ name, version }: RunPackage): string => `${name} ${version}`;

/**
 * What could not be as it was if a run went again, a sentence each; empty when it can go exactly.
 * @param pythonHere version of this computer's Python
 */
export function whatDiffers(old: Pick<Run, 'engine' | 'pythonVersion'>, inputs: RunInputs | null, on: Engine, pythonHere: string): string[] {
  const found: string[] = [];
  const missing = inputs?.files.filter((file) => file.hash === null) ?? [];
  if (missing.length > 0) found.push(`It would go without ${listed(missing.map(({ path, reason }) => `${path} (${reason ?? 'not kept'})`))}.`);
  const environment = inputs?.environment;
  const installed = environment?.packages?.filter(({ isInstalled }) => isInstalled) ?? [];
  if (on === 'local') {
    if (old.pythonVersion !== '' && old.pythonVersion !== pythonHere) found.push(`It ran with Python ${old.pythonVersion}; here is ${pythonHere}.`);
    const absent = installed.length > 0 ? installed.map(named) : old.engine === 'cluster' ? (environment?.requirements ?? []) : [];
    if (absent.length > 0) found.push(`This computer’s Python does not have ${listed(absent)}.`);
    return found;
  }
  if (old.engine !== 'cluster') return found;
  if (environment?.imageDigest == null) found.push('Which image its node pulled is not known: the image of that name may be another now.');
  if (environment?.packages == null && (environment?.requirements.length ?? 0) > 0) found.push('Which versions were installed is not known: the requirements may lead to others now.');
  const local = installed.filter(({ source }) => source?.startsWith('file:') === true);
  if (local.length > 0) found.push(`${listed(local.map(named))} came from files of the pod and cannot be installed again.`);
  const withheld = environment?.withheld ?? [];
  if (withheld.length > 0) found.push(`The values of its variables ${listed(withheld)} did not come along.`);
  return found;
}

/** The packages that a cluster run is to have installed again; null when that is not known, and its files are asked. */
export function pinnedOf(inputs: RunInputs | null): RunPackage[] | null {
  const packages = inputs?.environment.packages ?? null;
  return packages === null ? null : packages.filter(({ isInstalled, source }) => isInstalled && source?.startsWith('file:') !== true);
}
