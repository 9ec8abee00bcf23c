import { CaseSensitive, CircleStop, Crosshair, Regex, X } from 'lucide-react';
import { useRef, type ReactNode } from 'react';
import { IconButton, SearchField, Select, TextField } from '../ui/index.ts';
import type { FilterForm } from './filterForm.ts';
import { useBarFocus } from './useBarFocus.ts';

const levels = [
  { value: 'all', label: 'All levels' },
  { value: 'debug', label: 'Debug and above' },
  { value: 'info', label: 'Info and above' },
  { value: 'warning', label: 'Warnings and above' },
  { value: 'error', label: 'Errors' },
  { value: 'unknown', label: 'No level' },
] as const;
const streams = [
  { value: 'all', label: 'All streams' },
  { value: 'stdout', label: 'stdout' },
  { value: 'stderr', label: 'stderr' },
  { value: 'stdin', label: 'Typed input' },
] as const;
const contexts = [
  { value: '0', label: 'Only matches' },
  { value: '1', label: '1 line around' },
  { value: '3', label: '3 lines around' },
  { value: '10', label: '10 lines around' },
] as const;

interface FilterBarProps {
  form: FilterForm;
  status: ReactNode;
  fault: string | null;
  isRunning: boolean;
  onChange(form: FilterForm): void;
  onCancel(): void;
  /** Leaves the filter, at the first line that is in sight. */
  onShow(): void;
  onClose(): void;
}

/** The conditions of a filter over the whole output. */
export function FilterBar({ form, status, fault, isRunning, onChange, onCancel, onShow, onClose }: FilterBarProps) {
  const field = useRef<HTMLSpanElement>(null);
  useBarFocus(field);
  const change = (patch: Partial<FilterForm>): void => onChange({ ...form, ...patch });
  return (
    <div
      role="search"
      aria-label="Filter"
      className="flex shrink-0 flex-wrap items-center gap-1 border-b border-line bg-bg px-2 py-1"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return;
        event.preventDefault();
        event.stopPropagation();
        onClose();
      }}
    >
      <span ref={field} className="flex min-w-40 max-w-80 grow">
        <SearchField label="Filter output" className="w-full" value={form.query} aria-invalid={fault !== null} onChange={(event) => change({ query: event.target.value })} />
      </span>
      <IconButton label="Match case" pressed={form.matchCase} size="small" onClick={() => change({ matchCase: !form.matchCase })}>
        <CaseSensitive size={16} aria-hidden />
      </IconButton>
      <IconButton label="Regular expression" pressed={form.regex} size="small" onClick={() => change({ regex: !form.regex })}>
        <Regex size={15} aria-hidden />
      </IconButton>
      <Select label="Level" value={form.level} options={levels} onChange={(level) => change({ level })} className="w-36" />
      <Select label="Stream" value={form.stream} options={streams} onChange={(stream) => change({ stream })} className="w-28" />
      <TextField aria-label="From time" placeholder="From 10:02:11, +1:30" className="w-40" value={form.from} onChange={(event) => change({ from: event.target.value })} />
      <TextField aria-label="To time" placeholder="To" className="w-20" value={form.to} onChange={(event) => change({ to: event.target.value })} />
      <Select label="Lines around" value={form.context} options={contexts} onChange={(context) => change({ context })} className="w-36" />
      <p role="status" aria-label="Filtered lines" className={`min-w-20 px-1 text-xs ${fault === null ? 'text-muted' : 'text-danger'}`}>
        {fault ?? status}
      </p>
      {isRunning && (
        <IconButton label="Stop filtering" size="small" onClick={onCancel}>
          <CircleStop size={15} aria-hidden />
        </IconButton>
      )}
      <span className="ml-auto flex gap-1">
        <IconButton label="Show this place in the whole output" size="small" onClick={onShow}>
          <Crosshair size={15} aria-hidden />
        </IconButton>
        <IconButton label="Close the filter" size="small" onClick={onClose}>
          <X size={15} aria-hidden />
        </IconButton>
      </span>
    </div>
  );
}
