/** Bytes of each line, its line feed counted. */
export const logLineLength = 122;

const levels = ['INFO', 'DEBUG', 'INFO', 'WARNING', 'INFO', 'ERROR'];
const words = ['batch', 'epoch', 'loss', 'accuracy', 'gradient', 'checkpoint', 'worker', 'shard', 'request', 'timeout', 'connection', 'retry'];

/** A number that looks random and is the same for the same `index` and `salt`: 32 bits (a round of MurmurHash3's finaliser). */
function mixed(index: number, salt: number): number {
  let hash = Math.imul(index ^ (salt * 0x9e3779b9), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function word(index: number, salt: number): string {
  return words[mixed(index, salt) % words.length] ?? '';
}

/** Line `index` of a log such as a training run writes: 122 bytes of ASCII. */
export function logLine(index: number): string {
  const time = new Date(1_790_000_000_000 + index * 3).toISOString().slice(0, 23).replace('T', ' ').replace('.', ',');
  const level = levels[mixed(index, 1) % levels.length] ?? '';
  const id = mixed(index, 2).toString(16).padStart(8, '0');
  const head = `${time} ${level} train.${word(index, 3)}: step ${index} ${word(index, 4)} ${(mixed(index, 5) / 2 ** 31).toFixed(6)} ${word(index, 6)} id=${id} node-${mixed(index, 7) % 64}`;
  return `${head.padEnd(logLineLength - 1, ` ${word(index, 8)} ok`).slice(0, logLineLength - 1)}\n`;
}
