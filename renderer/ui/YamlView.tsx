import { useEffect, useState } from 'react';
import { again } from '../lib/again.ts';
import { classes } from '../lib/classes.ts';

/** Characters that are coloured: colouring happens at once. */
const mostColoured = 60_000;

async function colour(text: string): Promise<string> {
  const [{ editor }] = await again(() => Promise.all([import('monaco-editor/editor'), import('monaco-editor/languages/definitions/yaml/register')]));
  return editor.colorize(text, 'yaml', { tabSize: 2 });
}

/** YAML to be read and copied. `label` is its accessible name. */
export function YamlView({ label, yaml, className }: { label: string; yaml: string; className?: string }) {
  const text = yaml.replace(/\n$/, '');
  const [coloured, setColoured] = useState<{ text: string; html: string } | null>(null);

  useEffect(() => {
    if (text.length > mostColoured) return;
    let isOver = false;
    colour(text).then(
      (html) => {
        if (!isOver) setColoured({ text, html });
      },
      () => setColoured(null),
    );
    return () => {
      isOver = true;
    };
  }, [text]);

  return (
    <div role="group" aria-label={label} tabIndex={0} className={classes('select-text overflow-auto rounded-md border border-line bg-surface p-2 font-mono text-[12px] leading-[18px] focus-inset', className)}>
      {coloured?.text === text ? (
        // Monaco escapes the text: what it gives are its own spans and line breaks.
        <pre className="w-max min-w-full" dangerouslySetInnerHTML={{ __html: coloured.html }} />
      ) : (
        <pre className="w-max min-w-full">{text}</pre>
      )}
    </div>
  );
}
