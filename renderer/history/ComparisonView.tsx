import { useState, type ReactNode } from 'react';
import type { Comparison } from '../../contract/index.ts';
import { core } from '../rpc/index.ts';
import { Button, reportError } from '../ui/index.ts';
import { OutputDiff } from './OutputDiff.tsx';
import { TextDiff } from './TextDiff.tsx';

/** What differs between two runs, and then what does not. */
export function ComparisonView({ comparison }: { comparison: Comparison }) {
  const { left, right, facts, files, filesKnown, sameFiles, output } = comparison;
  const isSameSource = left.source === right.source;
  const same = [
    isSameSource ? 'the source' : null,
    output.count === 0 ? 'the output' : null,
    filesKnown && files.length === 0 && sameFiles > 0 ? (sameFiles === 1 ? 'one file' : `${sameFiles.toLocaleString()} files`) : null,
  ].filter((what) => what !== null);
  return (
    <>
      <Part title="Facts that differ">
        <Facts facts={facts.filter((fact) => !fact.same)} />
      </Part>
      {!isSameSource && (
        <Part title="Source">
          <TextDiff label="Differences of the source" original={left.source} modified={right.source} />
        </Part>
      )}
      {files.length > 0 && (
        <Part title="Files">
          <Files comparison={comparison} />
        </Part>
      )}
      {output.count > 0 && (
        <Part title="Output">
          <OutputDiff output={output} />
        </Part>
      )}
      <Part title="The same">
        {same.length > 0 && <p className="pb-1">Equal: {same.join(', ')}.</p>}
        {!filesKnown && <p className="pb-1 text-muted">The files of one of them were not kept.</p>}
        <Facts facts={facts.filter((fact) => fact.same)} />
      </Part>
    </>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="pt-3">
      <h3 className="pb-1 font-semibold">{title}</h3>
      {children}
    </section>
  );
}

function Facts({ facts }: { facts: Comparison['facts'] }) {
  return (
    <table className="w-full table-fixed">
      <tbody>
        {facts.map(({ name, left, right, same }) => (
          <tr key={name} className="align-top">
            <th scope="row" className="w-32 py-0.5 pr-2 text-left font-normal text-muted">
              {name}
            </th>
            <td className="break-words py-0.5 pr-3" colSpan={same ? 2 : 1}>
              {left}
            </td>
            {!same && <td className="break-words py-0.5">{right}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface Texts {
  path: string;
  left: string;
  right: string;
}

function Files({ comparison: { left, right, files } }: { comparison: Comparison }) {
  const [shown, setShown] = useState<Texts | null>(null);
  async function show(path: string): Promise<void> {
    const [one, other] = await Promise.all([left, right].map((run) => core.inputs.read({ runId: run.id, paths: [path] })));
    setShown({ path, left: textOf(one?.files[0]?.data), right: textOf(other?.files[0]?.data) });
  }
  return (
    <>
      <ul>
        {files.map((file) => (
          <li key={file.path} className="flex items-center gap-2 py-0.5">
            <span className="min-w-0 grow truncate font-mono text-[12px]">{file.path}</span>
            <span className="text-muted">{file.left === null ? 'only right' : file.right === null ? 'only left' : 'changed'}</span>
            <Button size="small" aria-label={`Show the differences of ${file.path}`} onClick={() => show(file.path).catch(reportError)}>
              Show
            </Button>
          </li>
        ))}
      </ul>
      {shown !== null && <TextDiff key={shown.path} label={`Differences of ${shown.path}`} original={shown.left} modified={shown.right} path={shown.path} />}
    </>
  );
}

/** What is no text is shown as far as it is one. */
function textOf(base64: string | undefined): string {
  if (base64 === undefined) return '';
  return new TextDecoder().decode(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));
}
