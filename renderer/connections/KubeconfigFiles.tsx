import { CircleCheck, CircleDashed, CircleX, X } from 'lucide-react';
import type { KubeconfigFile } from '../../contract/connections.ts';
import { baseName } from '../paths/index.ts';
import { useSystem } from '../rpc/system.ts';
import { IconButton } from '../ui/index.ts';
import { forgetFile } from './connectionCommands.ts';
import { OpenFileButton } from './OpenFileButton.tsx';

const origins: Record<KubeconfigFile['origin'], string> = { environment: '$KUBECONFIG', home: 'the usual place', added: 'added here' };

/** The files that contexts come from, with what is wrong with them. */
export function KubeconfigFiles({ files }: { files: readonly KubeconfigFile[] }) {
  return (
    <ul aria-label="Kubeconfig files" className="pb-2">
      {files.map((file) => (
        <FileItem key={file.path} file={file} />
      ))}
    </ul>
  );
}

function FileItem({ file }: { file: KubeconfigFile }) {
  const separator = useSystem((state) => state.info?.pathSeparator ?? '/');
  const { path, origin, state } = file;
  return (
    <li className="flex items-start gap-1.5 py-1 pl-3 pr-1.5">
      <span className="mt-[3px]">{marks[state.state]}</span>
      <div className="min-w-0 grow">
        <p className="truncate" title={path}>
          {baseName(path, separator)}
          <span className="pl-1.5 text-xs text-muted">{origins[origin]}</span>
        </p>
        <p className="select-text break-all text-xs leading-4 text-muted">{path}</p>
        {state.state === 'ok' && <p className="text-xs leading-4 text-muted">{state.contexts === 1 ? 'One context' : `${state.contexts} contexts`}</p>}
        {state.state === 'missing' && <p className="text-xs leading-4 text-muted">There is no such file. Its contexts show up as soon as there is.</p>}
        {state.state === 'broken' && (
          <>
            <p role="note" className="break-words text-xs leading-4 text-danger">
              {state.line === null ? state.message : `Line ${state.line}${state.column === null ? '' : `, column ${state.column}`}: ${state.message}`}
            </p>
            <OpenFileButton path={path} line={state.line} column={state.column} />
          </>
        )}
      </div>
      {origin === 'added' && (
        <IconButton label={`Forget ${baseName(path, separator)}`} size="small" onClick={() => void forgetFile(path)}>
          <X size={14} aria-hidden />
        </IconButton>
      )}
    </li>
  );
}

const marks = {
  ok: <CircleCheck size={14} aria-label="Read" className="text-success" />,
  missing: <CircleDashed size={14} aria-label="Missing" className="text-muted" />,
  broken: <CircleX size={14} aria-label="Broken" className="text-danger" />,
};
