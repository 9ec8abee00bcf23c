import { X } from 'lucide-react';
import { useState } from 'react';
import { Tag, type Run } from '../../contract/index.ts';
import { notify, reportError, TextField } from '../ui/index.ts';
import { updateRun } from './runActions.ts';

const mostNote = 20_000;

/** The tags and the note of a run, to be changed in place. */
export function Annotations({ run }: { run: Run }) {
  return (
    <div className="flex flex-col gap-1.5 px-3 pb-2">
      <Tags run={run} />
      <Note key={run.note} run={run} />
    </div>
  );
}

function Tags({ run }: { run: Run }) {
  const [draft, setDraft] = useState('');

  function setTags(tags: string[]): void {
    updateRun(run.id, { tags }).catch(reportError);
  }

  function add(): void {
    const added: Tag[] = [];
    for (const text of draft.split(',').filter((part) => part.trim() !== '')) {
      const parsed = Tag.safeParse(text);
      if (parsed.success) added.push(parsed.data);
      else {
        // What was typed stays, to be made shorter.
        notify({ severity: 'warning', message: 'This is no tag: it is longer than 50 characters, or has a control character.' });
        return;
      }
    }
    setDraft('');
    if (added.length > 0) setTags([...run.tags, ...added]);
  }

  return (
    <div className="flex flex-wrap items-center gap-1" role="group" aria-label="Tags of the run">
      {run.tags.map((tag) => (
        <span key={tag} className="inline-flex h-6 max-w-full items-center gap-0.5 rounded-full border border-line-strong bg-sunken pl-2 text-xs">
          <span className="min-w-0 truncate" title={tag}>
            {tag}
          </span>
          <button
            type="button"
            aria-label={`Remove the tag ${tag}`}
            className="flex size-6 shrink-0 items-center justify-center rounded-full text-muted hover:text-text"
            onClick={() => setTags(run.tags.filter((one) => one !== tag))}
          >
            <X size={12} aria-hidden />
          </button>
        </span>
      ))}
      <TextField
        aria-label="Add a tag"
        placeholder="Add a tag"
        className="h-6 w-24 min-w-0 grow text-xs"
        value={draft}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={add}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return;
          event.preventDefault();
          add();
        }}
      />
    </div>
  );
}

function Note({ run }: { run: Run }) {
  const [draft, setDraft] = useState(run.note);
  function commit(): void {
    const note = draft.trim();
    if (note !== run.note) updateRun(run.id, { note }).catch(reportError);
  }
  return (
    <textarea
      aria-label="Note"
      placeholder="Note"
      rows={draft === '' ? 1 : Math.min(4, draft.split('\n').length)}
      maxLength={mostNote}
      className="w-full resize-y rounded-md border border-line-strong bg-surface px-2 py-0.5 text-xs leading-5 text-text placeholder:text-muted"
      value={draft}
      onChange={(event) => setDraft(event.target.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Escape') setDraft(run.note);
      }}
    />
  );
}
