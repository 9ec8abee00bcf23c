import { ChevronRight } from 'lucide-react';
import { useId, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { flattenJson, type JsonRow } from './jsonRows.ts';
import type { MimeBundle } from '../../contract/index.ts';

/** Rows that are drawn at first; more come by a button, so that a hostile value cannot flood the page. */
const firstRows = 200;

/** A JSON value as a tree after the ARIA pattern: arrows move and open, Enter opens. */
export function JsonTree({ value }: { value: MimeBundle[string] }) {
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const [focused, setFocused] = useState('$');
  const [most, setMost] = useState(firstRows);
  const tree = useRef<HTMLDivElement>(null);
  const id = useId();
  const { rows, isCut } = useMemo(() => flattenJson(value, { closed, opened, most }), [value, closed, opened, most]);

  function toggle(row: JsonRow, open: boolean): void {
    setClosed((last) => changed(last, row.path, !open));
    setOpened((last) => changed(last, row.path, open));
  }

  function focus(path: string | undefined): void {
    if (path === undefined) return;
    setFocused(path);
    tree.current?.querySelector<HTMLElement>(`[data-path="${CSS.escape(path)}"]`)?.focus();
  }

  function onKeyDown(event: KeyboardEvent, row: JsonRow, index: number): void {
    const parent = row.path.slice(0, Math.max(1, row.path.lastIndexOf('/')));
    if (event.key === 'ArrowDown') focus(rows[index + 1]?.path);
    else if (event.key === 'ArrowUp') focus(rows[index - 1]?.path);
    else if (event.key === 'Home') focus(rows[0]?.path);
    else if (event.key === 'End') focus(rows.at(-1)?.path);
    else if (event.key === 'ArrowRight' && row.isOpen === false) toggle(row, true);
    else if (event.key === 'ArrowRight') focus(rows[index + 1]?.path);
    else if (event.key === 'ArrowLeft' && row.isOpen === true) toggle(row, false);
    else if (event.key === 'ArrowLeft') focus(parent);
    else if (event.key === 'Enter' && row.isOpen !== null) toggle(row, !row.isOpen);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  const focusable = rows.some((row) => row.path === focused) ? focused : '$';
  return (
    <div>
      <div ref={tree} role="tree" aria-label="JSON value" id={id} className="py-0.5">
        {rows.map((row, index) => (
          <div
            key={row.path}
            role="treeitem"
            aria-level={row.depth + 1}
            aria-selected={false}
            {...(row.isOpen === null ? {} : { 'aria-expanded': row.isOpen })}
            data-path={row.path}
            tabIndex={row.path === focusable ? 0 : -1}
            className="focus-inset flex cursor-default items-baseline rounded-sm hover:bg-hover"
            style={{ paddingLeft: `${row.depth * 16}px` }}
            onFocus={() => setFocused(row.path)}
            onKeyDown={(event) => onKeyDown(event, row, index)}
            onClick={() => {
              if (row.isOpen !== null) toggle(row, !row.isOpen);
            }}
          >
            <span className="inline-flex w-4 shrink-0 self-center text-muted">
              {row.isOpen !== null && <ChevronRight size={13} aria-hidden className={row.isOpen ? 'rotate-90' : ''} />}
            </span>
            {row.name !== null && <span className="shrink-0 text-accent-text">{row.name}:&nbsp;</span>}
            <span className={`min-w-0 whitespace-pre-wrap break-all ${looks[row.type]}`}>{row.text}</span>
          </div>
        ))}
      </div>
      {isCut && (
        <button type="button" className="font-sans text-[12px] text-accent-text underline" onClick={() => setMost(most * 4)}>
          Show more of this value
        </button>
      )}
    </div>
  );
}

const looks: Record<JsonRow['type'], string> = { string: 'text-success', number: 'text-warning', other: 'text-muted', container: 'text-muted' };

function changed(set: ReadonlySet<string>, path: string, isIn: boolean): ReadonlySet<string> {
  const next = new Set(set);
  if (isIn) next.add(path);
  else next.delete(path);
  return next;
}
