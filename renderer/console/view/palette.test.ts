import { describe, expect, it } from 'vitest';
import { plainState, trueColor } from '../model/sgr.ts';
import { contrast, Palette, readable } from './palette.ts';

const white = [255, 255, 255] as const;
const night = [27, 30, 36] as const;

describe('readable', () => {
  it('makes any colour readable on any ground', () => {
    for (const ground of [white, night, [128, 128, 128], [0, 0, 0]] as const) {
      for (let red = 0; red <= 255; red += 51) {
        for (let blue = 0; blue <= 255; blue += 51) expect(contrast(readable([red, 120, blue], ground), ground)).toBeGreaterThanOrEqual(4.5);
      }
    }
  });

  it('leaves alone what can be read', () => {
    expect(readable([0, 0, 120], white)).toEqual([0, 0, 120]);
  });
});

describe('Palette', () => {
  const palette = new Palette(night, white, Array.from({ length: 16 }, () => [200, 60, 60] as const));

  it('draws what has no colour without any', () => {
    expect(palette.look(plainState)).toEqual({ className: '', color: '', background: '' });
  });

  it('inverts, and keeps text on a coloured ground readable', () => {
    expect(palette.look({ ...plainState, inverse: true })).toMatchObject({ background: 'rgb(255,255,255)', color: 'rgb(27,30,36)' });
    expect(palette.look({ ...plainState, background: trueColor + 0xffffff })).toMatchObject({ background: 'rgb(255,255,255)', color: 'rgb(0,0,0)' });
  });
});
