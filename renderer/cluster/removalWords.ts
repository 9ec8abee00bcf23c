import type { Connection } from '../../contract/connections.ts';
import type { Leftover } from '../../contract/jobs.ts';

function count(number: number, one: string, many: string): string {
  return number === 1 ? one : many.replace('#', String(number));
}

/** What removing means: how much goes where, and what is lost or stopped with it. */
export function removalWords(items: readonly Leftover[], { name, namespace, production }: Pick<Connection, 'name' | 'namespace' | 'production'>): { title: string; message: string } {
  const live = items.filter((item) => item.state === 'live').length;
  const uncollected = items.filter((item) => item.uncollected).length;
  const foreign = items.filter((item) => !item.own).length;
  const owners = [...new Set(items.map((item) => item.owner).filter((owner) => owner !== ''))].sort();
  const sentences = [
    production ? `${name} is a production cluster.` : null,
    `It is deleted in the cluster; the history here keeps its runs and their output.`,
    live === 0 ? null : count(live, 'One of them is still running and is stopped by it.', '# of them are still running and are stopped by it.'),
    uncollected === 0 ? null : count(uncollected, 'The files of one have not been fetched yet: they are lost.', 'The files of # have not been fetched yet: they are lost.'),
    foreign === 0 ? null : count(foreign, 'One of them is not in the history here: it may be of somebody else.', '# of them are not in the history here: they may be of somebody else.'),
    owners.length < 2 ? null : `They are of several people: ${owners.join(', ')}.`,
  ];
  return {
    title: `Remove ${count(items.length, 'one object', '# objects')} from ${name}/${namespace}?`,
    message: sentences.filter((sentence) => sentence !== null).join('\n'),
  };
}
