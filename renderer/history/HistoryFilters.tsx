import { Pin } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { RunFilter, RunStatus } from '../../contract/index.ts';
import { IconButton, SearchField, Select } from '../ui/index.ts';
import { dateRange, dates } from './dates.ts';
import { history } from './historyStore.ts';
import { useSearches } from './searchesStore.ts';

/** How long typing must rest before the search starts. */
const debounceMs = 150;

const statuses = [
  { value: 'all', label: 'Any status', short: 'Status' },
  { value: 'succeeded', label: 'Succeeded' },
  { value: 'failed', label: 'Failed' },
  { value: 'stopped', label: 'Stopped' },
  { value: 'interrupted', label: 'Interrupted' },
  { value: 'running', label: 'Running' },
  { value: 'queued', label: 'Queued' },
] as const satisfies readonly { value: RunStatus | 'all'; label: string; short?: string }[];

const engines = [
  { value: 'all', label: 'Any engine', short: 'Engine' },
  { value: 'local', label: 'This computer' },
  { value: 'cluster', label: 'Cluster' },
] as const;

function change(patch: (filter: RunFilter) => RunFilter): void {
  void history.setFilter(patch(history.useStore.getState().filter));
}

/** Search and filters over the list. */
export function HistoryFilters() {
  const filter = history.useStore((state) => state.filter);
  const count = history.useStore((state) => state.count);
  const tags = useSearches((state) => state.tags);
  const isLoading = history.useStore((state) => state.status === 'loading');
  const [text, setText] = useState(filter.search ?? '');
  const date = useSearches((state) => state.dates);
  const replaced = useSearches((state) => state.replaced);
  const search = text.trim();

  useEffect(() => {
    if (search === (history.useStore.getState().filter.search ?? '')) return;
    const timer = setTimeout(() => {
      change(({ search: _, ...rest }) => (search === '' ? rest : { ...rest, search }));
    }, debounceMs);
    return () => clearTimeout(timer);
  }, [search]);

  // By a saved search or a button: the field follows, and what was typed just before is not searched any more.
  useEffect(() => setText(history.useStore.getState().filter.search ?? ''), [replaced]);

  return (
    <div className="flex shrink-0 flex-col gap-1.5 border-b border-line p-2">
      <SearchField label="Search history" value={text} onChange={(event) => setText(event.target.value)} />
      <div className="grid grid-cols-[1fr_1fr_auto] gap-1.5">
        <Select
          label="Status"
          value={filter.statuses?.[0] ?? 'all'}
          options={statuses}
          onChange={(value) => change(({ statuses: _, ...rest }) => (value === 'all' ? rest : { ...rest, statuses: [value] }))}
          className="min-w-0"
        />
        <Select
          label="Date"
          value={date}
          options={dates}
          onChange={(value) => {
            useSearches.setState({ dates: value });
            change(({ fromMs: _from, toMs: _to, ...rest }) => ({ ...rest, ...dateRange(value, new Date()) }));
          }}
          className="min-w-0"
        />
        <IconButton label="Pinned only" pressed={filter.pinnedOnly === true} onClick={() => change(({ pinnedOnly, ...rest }) => (pinnedOnly === true ? rest : { ...rest, pinnedOnly: true }))}>
          <Pin size={15} aria-hidden />
        </IconButton>
        <Select
          label="Engine"
          value={filter.engines?.[0] ?? 'all'}
          options={engines}
          onChange={(value) => change(({ engines: _, ...rest }) => (value === 'all' ? rest : { ...rest, engines: [value] }))}
          className="min-w-0"
        />
        <Select
          label="Tag"
          value={filter.tags?.[0] === undefined ? 'all' : `tag ${filter.tags[0]}`}
          options={[{ value: 'all', label: 'Any tag', short: 'Tag' }, ...tags.map((tag) => ({ value: `tag ${tag}`, label: tag }))]}
          onChange={(value) => change(({ tags: _, ...rest }) => (value === 'all' ? rest : { ...rest, tags: [value.slice('tag '.length)] }))}
          className="min-w-0"
        />
        <p role="status" aria-label="Runs found" className="col-span-3 self-center truncate text-right text-xs text-muted">
          {isLoading && count === 0 ? '' : `${count.toLocaleString()} ${count === 1 ? 'run' : 'runs'}`}
        </p>
      </div>
    </div>
  );
}
