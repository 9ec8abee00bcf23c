import { useCallback, useSyncExternalStore } from 'react';
import type { OutputSource } from '../../contract/index.ts';
import { classes } from '../lib/classes.ts';
import { Select } from '../ui/index.ts';
import { setFiltering } from './consoleStore.ts';
import { emptyForm, isEmptyForm, sourceName, type FilterForm } from './filterForm.ts';
import type { ConsoleLog } from './model/consoleLog.ts';

/** More than these are chosen from a list. */
const mostButtons = 6;
/** All of them, merged. */
const allSources = 'all';

/** Where the lines of an output come from, as far as it is known; one when it has one place alone. */
export function useSources(log: ConsoleLog): readonly OutputSource[] {
  const subscribe = useCallback((listener: () => void) => log.subscribe(listener), [log]);
  return useSyncExternalStore(subscribe, () => log.sources);
}

interface SourceBarProps {
  log: ConsoleLog;
  form: FilterForm;
  isFiltered: boolean;
  onForm(form: FilterForm): void;
}

/** The attempts (and containers) of a run that has several: all of them merged by time, or one apart, which is a filter. */
export function SourceBar({ log, form, isFiltered, onForm }: SourceBarProps) {
  const sources = useSources(log);
  if (sources.length < 2) return null;
  const isOneContainer = sources.every(({ container }) => container === sources[0]?.container);
  const options = [{ value: allSources, label: 'All, by time' }, ...sources.map((source) => ({ value: sourceName(source), label: isOneContainer ? `Attempt ${source.attempt}` : sourceName(source) }))];
  const shown = isFiltered && options.some(({ value }) => value === form.source) ? form.source : allSources;

  function show(value: string): void {
    const rest = isFiltered ? form : emptyForm;
    const next = { ...rest, source: value === allSources ? '' : value };
    onForm(next);
    // Who has chosen an attempt stays at its button.
    setFiltering(value !== allSources || !isEmptyForm(next), false);
  }

  return (
    <div role="group" aria-label="Attempts" className="flex min-h-8 shrink-0 flex-wrap items-center gap-1 border-b border-line bg-bg px-2 py-1 text-xs">
      {options.length > mostButtons + 1 ? (
        <Select label="Attempt" value={shown} options={options} onChange={show} className="w-48" />
      ) : (
        options.map(({ value, label }) => (
          <button
            key={value}
            type="button"
            aria-pressed={value === shown}
            className={classes('h-6 rounded-md px-2', value === shown ? 'bg-selected font-semibold text-accent-text' : 'text-muted hover:bg-hover hover:text-text')}
            onClick={() => show(value)}
          >
            {label}
          </button>
        ))
      )}
    </div>
  );
}
