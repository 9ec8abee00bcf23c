import { useEffect, useRef, useState } from 'react';
import { core } from '../rpc/index.ts';
import { formGroups } from './formFields.ts';
import { faultAt, type Faults, type ProfileDraft } from './profileDraft.ts';
import { RowsInput } from './RowsInput.tsx';
import { ValueInput } from './ValueInput.tsx';

interface ProfileGroupProps {
  groupId: string;
  draft: ProfileDraft;
  faults: Faults;
  /** Path of the field to begin at; null for none in particular. */
  focused: string | null;
  onChange(draft: ProfileDraft): void;
}

/** The fields of one group. */
export function ProfileGroup({ groupId, draft, faults, focused, onChange }: ProfileGroupProps) {
  const group = formGroups.find((one) => one.id === groupId);
  const body = useRef<HTMLDivElement>(null);
  const python = useImagePython(draft.values['image'] ?? '');

  useEffect(() => {
    if (focused === null) return;
    const field = body.current?.querySelector<HTMLElement>(`[data-field^="${CSS.escape(focused)}"]`);
    field?.scrollIntoView({ block: 'nearest' });
    field?.querySelector<HTMLElement>('input, button')?.focus();
  }, [focused]);

  if (group === undefined) return null;
  return (
    <div ref={body} className="grid grid-cols-1 content-start gap-x-4 gap-y-2 sm:grid-cols-2">
      {group.fields.map((field) =>
        field.type === 'value' ? (
          <ValueInput
            key={field.path}
            field={field}
            value={draft.values[field.path] ?? ''}
            fault={faultAt(faults, field.path)}
            note={field.path === 'image' ? python : null}
            onChange={(value) => onChange({ ...draft, values: { ...draft.values, [field.path]: value } })}
          />
        ) : (
          <RowsInput
            key={field.path}
            field={field}
            rows={draft.rows[field.path] ?? []}
            faults={faults}
            onChange={(rows) => onChange({ ...draft, rows: { ...draft.rows, [field.path]: rows } })}
          />
        ),
      )}
    </div>
  );
}

/** How long typing rests before the image is looked up. */
const debounceMs = 200;

/** What is known of an image's Python, in a sentence; null while nobody has said. */
function useImagePython(image: string): string | null {
  const [known, setKnown] = useState<string | null>(null);
  const wanted = image.trim();
  useEffect(() => {
    setKnown(null);
    if (wanted === '' || wanted.length > 1000) return;
    const controller = new AbortController();
    const timer = setTimeout(() => {
      core.profiles.imagePython({ image: wanted }, { signal: controller.signal }).then(
        ({ python }) => setKnown(python === null ? 'Its Python shows up after the first run.' : `Python ${python.version}${python.from === 'run' ? ', as a run has told.' : ', by its tag.'}`),
        // What is not known is not shown; the form works without.
        () => setKnown(null),
      );
    }, debounceMs);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [wanted]);
  return known;
}
