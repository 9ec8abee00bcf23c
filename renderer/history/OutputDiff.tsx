import { withoutStyles, type Comparison, type OutputDifference } from '../../contract/index.ts';

/** Where two outputs differ: lines that only the left has, then those that only the right has. */
export function OutputDiff({ output }: { output: Comparison['output'] }) {
  const { differences, count, truncated } = output;
  return (
    <>
      <p className="pb-1 text-muted">
        {count.toLocaleString()} {count === 1 ? 'place' : 'places'} in {output.leftLines.toLocaleString()} and {output.rightLines.toLocaleString()} lines.
        {truncated && ' What follows the first million lines was not compared.'}
      </p>
      <div role="group" aria-label="Differences of the output" tabIndex={0} className="max-h-[38vh] overflow-auto rounded-md border border-line bg-sunken py-1 font-mono text-[12px] leading-[18px]">
        {differences.map((part) => (
          <Stretch key={`${part.leftLine} ${part.rightLine}`} part={part} />
        ))}
        {count > differences.length && <p className="px-2 font-sans text-muted">… and {(count - differences.length).toLocaleString()} more places</p>}
      </div>
    </>
  );
}

function Stretch({ part }: { part: OutputDifference }) {
  return (
    <div className="border-b border-line last:border-b-0">
      <Lines sign="−" name="left" from={part.leftLine} lines={part.left} more={part.leftMore} />
      <Lines sign="+" name="right" from={part.rightLine} lines={part.right} more={part.rightMore} />
    </div>
  );
}

interface LinesProps {
  sign: string;
  name: 'left' | 'right';
  from: number;
  lines: readonly string[];
  more: number;
}

function Lines({ sign, name, from, lines, more }: LinesProps) {
  return (
    <>
      {lines.map((line, index) => (
        <p key={index} className={name === 'left' ? 'text-danger' : 'text-accent-text'}>
          <span className="inline-block w-16 select-none pr-2 text-right text-muted">{from + index}</span>
          <span className="sr-only">only {name}: </span>
          <span aria-hidden className="select-none pr-2">
            {sign}
          </span>
          <span className="whitespace-pre-wrap break-all">{withoutStyles(line)}</span>
        </p>
      ))}
      {more > 0 && <p className="pl-16 text-muted">… and {more.toLocaleString()} lines more</p>}
    </>
  );
}
