import chart from '../../resources/samples/chart.py?raw';
import fibonacci from '../../resources/samples/fibonacci.py?raw';
import guess from '../../resources/samples/guess.py?raw';

export interface Sample {
  /** Title of the tab that it opens in. */
  title: string;
  name: string;
  description: string;
  source: string;
}

/** Snippets that run as they are, offline, with the standard library alone. */
export const samples: readonly Sample[] = [
  { title: 'numbers', name: 'Print as you go', description: 'Coloured text as it is printed, and the value of the last line.', source: fibonacci },
  { title: 'pictures', name: 'Draw and tabulate', description: 'A picture and a table from plain Python, in two cells.', source: chart },
  { title: 'guess', name: 'Ask and answer', description: 'A small game with input() and a progress line.', source: guess },
];
