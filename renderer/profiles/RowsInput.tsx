import { Plus, X } from 'lucide-react';
import { useRef } from 'react';
import { flushSync } from 'react-dom';
import { classes } from '../lib/classes.ts';
import { withAt, withoutAt } from '../lib/lists.ts';
import { Button, IconButton, Select, TextField } from '../ui/index.ts';
import type { Column, RowsField } from './formFields.ts';
import { emptyRow, type DraftRow, type Faults } from './profileDraft.ts';

interface RowsInputProps {
  field: RowsField;
  rows: readonly DraftRow[];
  faults: Faults;
  onChange(rows: readonly DraftRow[]): void;
}

/** A list of a profile: rows that are added, changed and taken out. */
export function RowsInput({ field, rows, faults, onChange }: RowsInputProps) {
  const list = useRef<HTMLDivElement>(null);
  const whole = faults.get(field.path) ?? null;

  function add(): void {
    // Drawn at once, since what is typed next belongs there already.
    flushSync(() => onChange([...rows, emptyRow(field)]));
    [...(list.current?.querySelectorAll<HTMLElement>('[data-row]') ?? [])].at(-1)?.querySelector<HTMLElement>('input')?.focus();
  }

  return (
    <div ref={list} role="group" aria-label={field.label} className="sm:col-span-2" data-field={field.path}>
      <p className="text-xs leading-5">{field.label}</p>
      {field.hint !== undefined && <p className="pb-1 text-xs leading-4 text-muted">{field.hint}</p>}
      {whole !== null && <p className="pb-1 text-xs leading-4 text-danger">{whole}</p>}
      {rows.map((row, index) => (
        <Row
          key={index}
          field={field}
          row={row}
          number={index + 1}
          faults={faults}
          onChange={(next) => onChange(withAt(rows, index, next))}
          onRemove={() => onChange(withoutAt(rows, index))}
        />
      ))}
      <Button size="small" onClick={add}>
        <Plus size={13} aria-hidden />
        {field.add}
      </Button>
    </div>
  );
}

interface RowProps {
  field: RowsField;
  row: DraftRow;
  number: number;
  faults: Faults;
  onChange(row: DraftRow): void;
  onRemove(): void;
}

function isShown({ onlyIf }: Column, row: DraftRow): boolean {
  return onlyIf === undefined || onlyIf.values.includes(row[onlyIf.key] ?? '');
}

function Row({ field, row, number, faults, onChange, onRemove }: RowProps) {
  const at = `${field.path}.${number - 1}`;
  const found = [...faults].filter(([path]) => path === at || path.startsWith(`${at}.`));
  const name = `${field.one} ${number}`;
  return (
    <div data-row className="pb-2">
      <div className="flex flex-wrap items-end gap-1.5">
        {field.columns
          .filter((column) => isShown(column, row))
          .map((column) => {
            const value = row[column.key] ?? '';
            const change = (text: string): void => onChange({ ...row, [column.key]: text });
            const label = `${name}: ${column.label}`;
            const isFaulty = found.some(([path]) => path === `${at}.${column.key}`);
            return (
              <span key={column.key} className="min-w-28 flex-1">
                <span aria-hidden className="block text-[11px] leading-4 text-muted">
                  {column.label}
                </span>
                {column.options === undefined ? (
                  <TextField
                    aria-label={label}
                    placeholder={column.placeholder ?? ''}
                    className={classes('w-full', isFaulty && 'border-danger')}
                    aria-invalid={isFaulty}
                    value={value}
                    onChange={(event) => change(event.target.value)}
                  />
                ) : (
                  <Select label={label} className="w-full" value={value} options={column.options} onChange={change} />
                )}
              </span>
            );
          })}
        <IconButton label={`Take ${name} out`} onClick={onRemove}>
          <X size={15} aria-hidden />
        </IconButton>
      </div>
      {found.map(([path, message]) => (
        <p key={path} className="pt-0.5 text-xs leading-4 text-danger">
          {message}
        </p>
      ))}
    </div>
  );
}
