import { useId } from 'react';
import { classes } from '../lib/classes.ts';
import { Select, TextField } from '../ui/index.ts';
import type { ValueField } from './formFields.ts';

interface ValueInputProps {
  field: ValueField;
  value: string;
  fault: string | null;
  /** Beside the hint, such as what is known of an image. */
  note?: string | null;
  onChange(value: string): void;
}

/** One value of a profile, with what is wrong with it. */
export function ValueInput({ field, value, fault, note = null, onChange }: ValueInputProps) {
  const id = useId();
  const hint = [note, field.hint].filter((text) => text != null).join(' ');
  return (
    <div className={classes(field.isWide === true && 'sm:col-span-2')} data-field={field.path}>
      <label htmlFor={id} className="block text-xs leading-5">
        {field.label}
      </label>
      {field.options === undefined ? (
        <TextField
          id={id}
          className={classes('w-full', fault !== null && 'border-danger')}
          value={value}
          aria-invalid={fault !== null}
          aria-describedby={`${id}-hint`}
          {...(field.placeholder === undefined ? {} : { placeholder: field.placeholder })}
          onChange={(event) => onChange(event.target.value)}
        />
      ) : (
        <Select label={field.label} className="w-full" value={value} options={field.options} onChange={onChange} />
      )}
      <p id={`${id}-hint`} className={classes('min-h-4 break-words pt-0.5 text-xs leading-4', fault === null ? 'text-muted' : 'text-danger')}>
        {fault ?? hint}
      </p>
    </div>
  );
}
