import { CircleCheck, CircleDashed, CircleHelp, CircleX, LoaderCircle, TriangleAlert } from 'lucide-react';
import type { Connection } from '../../contract/connections.ts';
import { healthWords, type HealthTone } from './healthWords.ts';

const marks: Record<HealthTone, React.ReactNode> = {
  good: <CircleCheck size={15} aria-hidden className="text-success" />,
  busy: <LoaderCircle size={15} aria-hidden className="animate-spin text-muted" />,
  attention: <TriangleAlert size={15} aria-hidden className="text-warning" />,
  bad: <CircleX size={15} aria-hidden className="text-danger" />,
  unknown: <CircleDashed size={15} aria-hidden className="text-muted" />,
};

/** How a cluster answered last: a shape and a colour, its words for who cannot see them. */
export function HealthMark({ connection }: { connection: Connection | null }) {
  if (connection === null) return <CircleHelp size={15} aria-label="No such connection" className="shrink-0 text-muted" />;
  const { tone, short } = healthWords(connection);
  return (
    <span className="inline-flex shrink-0" title={short}>
      {marks[tone]}
      <span className="sr-only">{short}</span>
    </span>
  );
}
