import { mkdirSync } from 'node:fs';
import { cpus, platform, release } from 'node:os';
import { compareBench, historyBench, openingBench } from './historyBench.ts';
import { kernelBench } from './kernelBench.ts';
import { screenBench } from './screenBench.ts';
import { coldStartBench, typingBench } from './startBench.ts';
import { floodBench, memoryBench } from './windowBench.ts';

const benches: Record<string, () => Promise<void>> = {
  coldStart: coldStartBench,
  kernel: kernelBench,
  screen: screenBench,
  typing: typingBench,
  flood: floodBench,
  memory: memoryBench,
  history: historyBench,
  compare: compareBench,
  opening: openingBench,
};

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !(name in benches));
if (unknown.length > 0) {
  console.error(`There is no bench ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}.`);
  process.exit(2);
}
console.log(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${platform()} ${release()}, Node ${process.version}. Each figure: min / median / max.`);
mkdirSync('.cache', { recursive: true });
for (const [name, bench] of Object.entries(benches)) {
  if (chosen.length === 0 || chosen.includes(name)) await bench();
}
