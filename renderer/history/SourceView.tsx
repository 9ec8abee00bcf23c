import { useColoured } from '../lib/useColoured.ts';

/** Characters that are drawn: longer sources are read in a tab. */
const mostCharacters = 100_000;
/** Characters that are coloured: colouring happens at once. */
const mostColoured = 30_000;

/** A source to be read, with the numbers of its lines. */
export function SourceView({ source, firstLine }: { source: string; firstLine: number }) {
  const text = source.slice(0, mostCharacters).replace(/\n$/, '');
  const html = useColoured(text, 'python', mostColoured);
  const count = text.split('\n').length;
  const numbers = Array.from({ length: count }, (_, index) => firstLine + index).join('\n');
  return (
    <div className="min-h-40 grow basis-40 overflow-auto border-t border-line py-1.5 font-mono text-[12px] leading-[18px]" tabIndex={0} role="group" aria-label="Source of the run">
      <div className="flex w-max min-w-full">
        <pre aria-hidden className="sticky left-0 shrink-0 select-none bg-surface px-2 text-right text-muted">
          {numbers}
        </pre>
        {html === null ? (
          <pre className="pr-3">{text}</pre>
        ) : (
          // Monaco escapes the text: what it gives are its own spans and line breaks.
          <pre className="pr-3" dangerouslySetInnerHTML={{ __html: html }} />
        )}
      </div>
      {source.length > mostCharacters && <p className="px-3 py-1 font-sans text-muted">The rest is not shown here: open it in a tab.</p>}
    </div>
  );
}
