import { CaseSensitive, ChevronDown, ChevronUp, Regex, X } from 'lucide-react';
import { useEffect, useRef, useState, type KeyboardEvent, type RefObject } from 'react';
import { IconButton, SearchField } from '../ui/index.ts';
import { setSearching, type ConsoleTab } from './consoleStore.ts';
import type { LogHandle } from './LogViewport.tsx';
import { countMatches, lineTotal, mapOfMatches, type MatchCount } from './matchCount.ts';
import { placeOfMatch } from './matches.ts';
import { sameQuery, searchPattern, startSearch, type SearchResult } from './outputSearch.ts';
import type { ConsoleSession } from './sessions.ts';
import { useBarFocus } from './useBarFocus.ts';

/** What is searched for, in whatever run is in front. */
export interface SearchForm {
  query: string;
  regex: boolean;
  matchCase: boolean;
}

export const emptySearch: SearchForm = { query: '', regex: false, matchCase: false };

interface SearchBarProps {
  tab: ConsoleTab;
  session: ConsoleSession;
  log: RefObject<LogHandle | null>;
  form: SearchForm;
  onForm(form: SearchForm): void;
  /** Where the matches are, for the map beside the scroll bar; null for none. */
  onMap(map: readonly number[] | null): void;
}

const nothing: SearchResult = { matches: [], isDone: true, isTruncated: false, error: null, asked: null };

/** Search in the whole output of the run in front, in what is not in sight as well. */
export function SearchBar({ tab, session, log, form, onForm, onMap }: SearchBarProps) {
  const { query, regex, matchCase } = form;
  /** The match that is looked at is brought into sight. What was searched for in another run is only marked, until someone goes from match to match. */
  const [leads, setLeads] = useState(false);
  const [result, setResult] = useState<SearchResult>(nothing);
  const [current, setCurrent] = useState(0);
  const [counted, setCounted] = useState<MatchCount | null>(null);
  const field = useRef<HTMLSpanElement>(null);

  useBarFocus(field);

  useEffect(() => {
    setCurrent(0);
    if (query === '') {
      setResult(nothing);
      return;
    }
    return startSearch({ runId: tab.runId, query, regex, matchCase, log: session.log }, setResult);
  }, [query, regex, matchCase, tab.runId, session]);

  const { matches, isDone, isTruncated } = result;
  useEffect(() => {
    setCounted(null);
    if (isTruncated) return countMatches(tab.runId, { query, regex, matchCase }, setCounted);
  }, [isTruncated, isDone, query, regex, matchCase, tab.runId]);
  useEffect(() => onMap(query === '' ? null : (counted?.map ?? mapOfMatches(matches, lineTotal(session.log)))), [onMap, query, counted, matches, session]);
  useEffect(() => () => onMap(null), [onMap]);

  const match = result.matches[current];
  // A regular expression may take for ever, and nothing ends it here: the core has to have gone through everything with it first.
  const isSound = !regex || (isDone && result.error === null && sameQuery(result.asked, { query, regex, matchCase }) && (!isTruncated || counted?.isDone === true));
  useEffect(() => {
    const handle = log.current;
    if (handle === null) return;
    if (query === '') {
      handle.marks.set(null, null);
      return;
    }
    let isOver = false;
    const pattern = isSound ? searchPattern({ query, regex, matchCase }) : null;
    handle.marks.set(pattern, null);
    if (match !== undefined) {
      void placeOfMatch(session, match).then((place) => {
        if (isOver || place === null) return;
        handle.marks.set(pattern, place);
        if (leads) handle.view.reveal(handle.view.layout.rowOfOffset(place, match.start));
      });
    }
    return () => {
      isOver = true;
    };
  }, [match, query, regex, matchCase, isSound, leads, log, session]);

  useEffect(() => () => log.current?.marks.set(null, null), [log]);

  function step(by: number): void {
    const count = result.matches.length;
    if (count > 0 && leads) setCurrent((current + by + count) % count);
    setLeads(true);
  }

  function change(patch: Partial<SearchForm>): void {
    setLeads(true);
    onForm({ ...form, ...patch });
  }

  function close(): void {
    setSearching(false);
    log.current?.view.root.focus();
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'Enter') step(event.shiftKey ? -1 : 1);
    else if (event.key === 'Escape') close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return (
    <div role="search" className="flex h-9 shrink-0 items-center gap-1 border-b border-line bg-bg px-2" onKeyDown={onKeyDown}>
      <span ref={field} className="flex min-w-0 max-w-96 grow">
        <SearchField label="Search output" className="w-full" value={query} onChange={(event) => change({ query: event.target.value })} aria-invalid={result.error !== null} />
      </span>
      <IconButton label="Match case" pressed={matchCase} size="small" onClick={() => change({ matchCase: !matchCase })}>
        <CaseSensitive size={16} aria-hidden />
      </IconButton>
      <IconButton label="Regular expression" pressed={regex} size="small" onClick={() => change({ regex: !regex })}>
        <Regex size={15} aria-hidden />
      </IconButton>
      <p role="status" aria-label="Matches" className={`min-w-24 truncate px-1 text-xs ${result.error === null ? 'text-muted' : 'text-danger'}`} title={result.error ?? undefined}>
        {countText(query, result, current)}
        {counted !== null && counted.lines > 0 && `, ${counted.lines.toLocaleString()} ${counted.lines === 1 ? 'line' : 'lines'} in all`}
      </p>
      <IconButton label="Previous match" size="small" disabled={result.matches.length === 0} onClick={() => step(-1)}>
        <ChevronUp size={16} aria-hidden />
      </IconButton>
      <IconButton label="Next match" size="small" disabled={result.matches.length === 0} onClick={() => step(1)}>
        <ChevronDown size={16} aria-hidden />
      </IconButton>
      <span className="grow" />
      <IconButton label="Close search" size="small" onClick={close}>
        <X size={15} aria-hidden />
      </IconButton>
    </div>
  );
}

function countText(query: string, result: SearchResult, current: number): string {
  if (query === '') return '';
  if (result.error !== null) return result.error;
  const count = result.matches.length;
  if (count === 0) return result.isDone ? 'No matches' : 'Searching\u2026';
  return `${(current + 1).toLocaleString()} of ${count.toLocaleString()}${result.isTruncated || !result.isDone ? '+' : ''}`;
}
