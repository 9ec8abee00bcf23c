import { useEffect, useState } from 'react';
import type { Run, RunId, RunInputs } from '../../contract/index.ts';
import { formatBytes } from '../lib/units.ts';
import { core } from '../rpc/index.ts';
import { Disclosure } from '../ui/index.ts';

/** Files that are listed; the rest is counted. */
const mostListed = 200;

/** What is kept of a run so that it can be run again exactly. */
export function Inputs({ run }: { run: Run }) {
  const [inputs, setInputs] = useState<RunInputs | null>(null);
  const artifacts = <CapsuleArtifacts runId={run.id} />;
  useEffect(() => {
    const controller = new AbortController();
    core.inputs.get({ runId: run.id }, { signal: controller.signal }).then(
      (answer) => setInputs(answer.inputs),
      // A run that is gone is told of by the panel itself.
      () => undefined,
    );
    return () => controller.abort();
  }, [run.id, run.status]);
  if (inputs === null) return artifacts;
  const { files, environment } = inputs;
  const missing = files.filter((file) => file.hash === null).length;
  const facts = [environment.runtime, environment.imageDigest, environment.profileName === '' ? null : `profile ${environment.profileName}`].filter((fact) => fact !== null && fact !== '');
  return (
    <div className="px-3 pb-1 text-xs">
      {artifacts}
      <Disclosure title={`Kept: ${files.length === 0 ? 'the source alone' : `${files.length.toLocaleString()} ${files.length === 1 ? 'file' : 'files'}`}${missing > 0 ? `, ${missing.toLocaleString()} not kept` : ''}`} startsOpen={false}>
        <p className="break-all text-muted">{facts.join(' · ')}</p>
        {run.argv.length > 0 && <p className="break-all text-muted">Arguments: {run.argv.join(' ')}</p>}
        {environment.requirements.length > 0 && <p className="break-all text-muted">Requirements: {environment.requirements.join(', ')}</p>}
        <Packages packages={environment.packages} />
        <ul aria-label="Kept files" className="max-h-32 overflow-auto">
          {files.slice(0, mostListed).map((file) => (
            <li key={file.path} className="flex gap-2">
              <span className="min-w-0 grow truncate font-mono">{file.path}</span>
              <span className={file.hash === null ? 'text-danger' : 'text-muted'}>{file.hash === null ? `not kept: ${file.reason ?? ''}` : formatBytes(file.bytes)}</span>
            </li>
          ))}
          {files.length > mostListed && <li className="text-muted">and {(files.length - mostListed).toLocaleString()} more</li>}
        </ul>
      </Disclosure>
    </div>
  );
}

/** What the run could import beside the standard library. */
function Packages({ packages }: { packages: RunInputs['environment']['packages'] }) {
  if (packages === null || packages.length === 0) return <p className="text-muted">{packages === null ? 'Its packages are not known.' : 'No packages beside the standard library.'}</p>;
  return (
    <Disclosure title={packages.length === 1 ? '1 package' : `${packages.length.toLocaleString()} packages`} startsOpen={false}>
      <ul aria-label="Packages of the run" className="max-h-32 overflow-auto">
        {packages.map(({ name, version, source, isInstalled }) => (
          <li key={name} className="flex gap-2" title={source ?? undefined}>
            <span className="min-w-0 grow select-text truncate font-mono">
              {name} {version}
            </span>
            {isInstalled && <span className="text-muted">installed for the run</span>}
          </li>
        ))}
      </ul>
    </Disclosure>
  );
}

/** Artifacts that came with a capsule: where they are on this computer. */
function CapsuleArtifacts({ runId }: { runId: RunId }) {
  const [came, setCame] = useState<{ folder: string; artifacts: { path: string; bytes: number }[] } | null>(null);
  useEffect(() => {
    const controller = new AbortController();
    core.transfer.artifacts({ runId }, { signal: controller.signal }).then(setCame, () => undefined);
    return () => controller.abort();
  }, [runId]);
  if (came === null || came.artifacts.length === 0) return null;
  return (
    <Disclosure title={`Artifacts of the capsule: ${came.artifacts.length.toLocaleString()}`} startsOpen={false}>
      <p className="select-text break-all text-muted">{came.folder}</p>
      <ul aria-label="Artifacts of the capsule" className="max-h-32 overflow-auto">
        {came.artifacts.slice(0, mostListed).map((artifact) => (
          <li key={artifact.path} className="flex gap-2">
            <span className="min-w-0 grow truncate font-mono">{artifact.path}</span>
            <span className="text-muted">{formatBytes(artifact.bytes)}</span>
          </li>
        ))}
      </ul>
    </Disclosure>
  );
}
