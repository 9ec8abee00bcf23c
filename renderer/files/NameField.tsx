import { File, Folder } from 'lucide-react';
import { useEffect, useId, useRef, useState, type CSSProperties } from 'react';
import { toAppError } from '../../contract/errors.ts';
import { cancelEditing, checkName, finishNew, finishRename } from './fileActions.ts';
import type { TreeRow } from './treeRows.ts';

/** A row in which a name is typed: Enter takes it, Escape does not. */
export function NameField({ target, style }: { target: TreeRow & { kind: 'new' | 'entry' }; style: CSSProperties }) {
  const isNew = target.kind === 'new';
  const kind = isNew ? target.entryKind : target.entry.kind;
  const [name, setName] = useState(isNew ? '' : target.entry.name);
  const [problem, setProblem] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const finishing = useRef(false);
  const id = useId();

  useEffect(() => {
    const input = field.current;
    input?.focus();
    // The name without its ending, as file managers do.
    const dot = input?.value.lastIndexOf('.') ?? -1;
    input?.setSelectionRange(0, dot > 0 ? dot : (input.value.length ?? 0));
  }, []);

  async function finish(): Promise<void> {
    if (finishing.current) return;
    const wrong = checkName(name);
    if (wrong !== null) return setProblem(wrong);
    finishing.current = true;
    try {
      if (target.kind === 'new') await finishNew(target.parent, target.entryKind, name);
      else await finishRename(target.entry.path, name);
    } catch (error) {
      setProblem(toAppError(error).message);
      field.current?.focus();
    }
    finishing.current = false;
  }

  return (
    <div role="presentation" className="absolute inset-x-0 z-10 flex items-center gap-1.5 pr-2" style={style}>
      <span className="w-4 shrink-0" />
      {kind === 'folder' ? <Folder size={15} aria-hidden className="shrink-0 text-accent-text" /> : <File size={15} aria-hidden className="shrink-0 text-muted" />}
      <input
        ref={field}
        type="text"
        aria-label={isNew ? `Name of the new ${kind}` : 'New name'}
        aria-invalid={problem !== null}
        aria-describedby={id}
        spellCheck={false}
        autoComplete="off"
        className="h-6 min-w-0 grow rounded border border-line-strong bg-surface px-1 text-[13px]"
        value={name}
        onChange={(event) => {
          setName(event.target.value);
          setProblem(null);
        }}
        onKeyDown={(event) => {
          event.stopPropagation();
          if (event.key === 'Enter') void finish();
          if (event.key === 'Escape') cancelEditing();
        }}
        onBlur={() => {
          if (!finishing.current && problem === null) cancelEditing();
        }}
      />
      <span
        id={id}
        role="alert"
        className={problem === null ? 'sr-only' : 'absolute left-6 right-2 top-full z-20 rounded border border-line bg-raised px-2 py-1 text-xs text-danger shadow-pop'}
      >
        {problem}
      </span>
    </div>
  );
}
