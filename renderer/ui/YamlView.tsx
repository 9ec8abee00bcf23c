import { classes } from '../lib/classes.ts';
import { useColoured } from '../lib/useColoured.ts';

/** Characters that are coloured: colouring happens at once. */
const mostColoured = 60_000;

/** YAML to be read and copied. `label` is its accessible name. */
export function YamlView({ label, yaml, className }: { label: string; yaml: string; className?: string }) {
  const text = yaml.replace(/\n$/, '');
  const html = useColoured(text, 'yaml', mostColoured);
  return (
    <div role="group" aria-label={label} tabIndex={0} className={classes('select-text overflow-auto rounded-md border border-line bg-surface p-2 font-mono text-[12px] leading-[18px] focus-inset', className)}>
      {html !== null ? (
        // Monaco escapes the text: what it gives are its own spans and line breaks.
        <pre className="w-max min-w-full" dangerouslySetInnerHTML={{ __html: html }} />
      ) : (
        <pre className="w-max min-w-full">{text}</pre>
      )}
    </div>
  );
}
