// Draws the application's icon: a prompt inside a cube's outline. `node scripts/icons.mjs` writes resources/icons.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { root } from './project.mjs';

// All lengths are parts of a square of 1 by 1.
const colours = { back: [27, 58, 92], cube: [226, 236, 246], prompt: [255, 212, 59] };
const cornerRadius = 0.22;
const margin = 0.04;
const cubeRadius = 0.34;
const cubeLine = 0.028;
const promptLine = 0.038;
const chevron = [
  [0.38, 0.36],
  [0.52, 0.5],
  [0.38, 0.64],
];
const underscore = [
  [0.54, 0.64],
  [0.66, 0.64],
];
const sizes = [16, 32, 48, 64, 128, 256, 512, 1024];

const corners = Array.from({ length: 6 }, (_, i) => {
  const angle = (Math.PI / 3) * i - Math.PI / 2;
  return [0.5 + cubeRadius * Math.cos(angle), 0.5 + cubeRadius * Math.sin(angle)];
});

/** Distance of a point to a polyline. */
function distanceTo(points, x, y) {
  let nearest = Infinity;
  for (let i = 1; i < points.length; i++) {
    const [[ax, ay], [bx, by]] = [points[i - 1], points[i]];
    const [dx, dy] = [bx - ax, by - ay];
    const along = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)));
    nearest = Math.min(nearest, Math.hypot(x - ax - along * dx, y - ay - along * dy));
  }
  return nearest;
}

/** Signed distance to the rounded square, negative inside. */
function squareDistance(x, y) {
  const half = 0.5 - margin - cornerRadius;
  const [qx, qy] = [Math.abs(x - 0.5) - half, Math.abs(y - 0.5) - half];
  return Math.hypot(Math.max(qx, 0), Math.max(qy, 0)) + Math.min(Math.max(qx, qy), 0) - cornerRadius;
}

/** @param {number} size pixels @returns RGBA */
function draw(size) {
  const pixels = new Uint8Array(size * size * 4);
  const outline = [...corners, corners[0]];
  const cover = (distance) => Math.min(1, Math.max(0, 0.5 - distance * size));
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const [x, y] = [(column + 0.5) / size, (row + 0.5) / size];
      let colour = colours.back;
      for (const [paint, distance] of [
        [colours.cube, distanceTo(outline, x, y) - cubeLine / 2],
        [colours.prompt, Math.min(distanceTo(chevron, x, y), distanceTo(underscore, x, y)) - promptLine],
      ]) {
        const share = cover(distance);
        colour = colour.map((value, i) => value + (paint[i] - value) * share);
      }
      pixels.set([...colour.map(Math.round), Math.round(255 * cover(squareDistance(x, y)))], (row * size + column) * 4);
    }
  }
  return pixels;
}

/** PNG as its specification has it (w3.org/TR/png): signature, IHDR, IDAT, IEND. */
function png(size, pixels) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6], 8);
  const rows = Buffer.alloc(size * (size * 4 + 1));
  for (let row = 0; row < size; row++) rows.set(pixels.subarray(row * size * 4, (row + 1) * size * 4), row * (size * 4 + 1) + 1);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    ...[
      ['IHDR', header],
      ['IDAT', deflateSync(rows, { level: 9 })],
      ['IEND', Buffer.alloc(0)],
    ].map(([type, data]) => chunk(type, data)),
  ]);
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'ascii'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

function svg() {
  const path = (points) => points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${(x * 100).toFixed(2)} ${(y * 100).toFixed(2)}`).join('');
  const paint = (colour) => `#${colour.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
  const side = 100 - 200 * margin;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" fill="none" stroke-linecap="round" stroke-linejoin="round">
<rect x="${margin * 100}" y="${margin * 100}" width="${side}" height="${side}" rx="${cornerRadius * 100}" fill="${paint(colours.back)}"/>
<path d="${path(corners)}Z" stroke="${paint(colours.cube)}" stroke-width="${cubeLine * 100}"/>
<path d="${path(chevron)}${path(underscore)}" stroke="${paint(colours.prompt)}" stroke-width="${promptLine * 200}"/>
</svg>
`;
}

const folder = join(root, 'resources/icons');
await mkdir(folder, { recursive: true });
await writeFile(join(folder, 'icon.svg'), svg());
for (const size of sizes) await writeFile(join(folder, `${size}x${size}.png`), png(size, draw(size)));
