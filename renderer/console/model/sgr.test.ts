import { describe, expect, it } from 'vitest';
import { applySgr, plainState, readSequence, scanSgr, trueColor } from './sgr.ts';

describe('applySgr', () => {
  it('knows the colours of all three kinds', () => {
    expect(applySgr(plainState, '31').foreground).toBe(1);
    expect(applySgr(plainState, '97').foreground).toBe(15);
    expect(applySgr(plainState, '48;5;208').background).toBe(208);
    expect(applySgr(plainState, '38;2;255;120;0').foreground).toBe(trueColor + 0xff7800);
    expect(applySgr(plainState, '38:2::255:120:0').foreground).toBe(trueColor + 0xff7800);
  });

  it('goes on after a colour with the parameters that follow it', () => {
    expect(applySgr(plainState, '38;5;9;1;4')).toMatchObject({ foreground: 9, bold: true, underline: true });
  });

  it('takes an empty sequence, and an empty parameter, as a reset', () => {
    const red = applySgr(plainState, '1;31');
    expect(applySgr(red, '')).toEqual(plainState);
    expect(applySgr(red, ';4')).toEqual({ ...plainState, underline: true });
  });

  it('takes a form of underline for an underline, and its colour for nothing', () => {
    expect(applySgr(plainState, '4:3')).toEqual({ ...plainState, underline: true });
    expect(applySgr({ ...plainState, underline: true, bold: true }, '4:0')).toEqual({ ...plainState, bold: true });
    expect(applySgr(plainState, '58;5;1')).toEqual(plainState);
    expect(applySgr(plainState, '58:2::1:2:3;3')).toEqual({ ...plainState, italic: true });
  });

  it('ignores what is out of range', () => {
    for (const parameters of ['38;5;256', '38;2;1;2', '38;2;300;0;0', '999', '38', '48;5']) expect(applySgr(plainState, parameters)).toEqual(plainState);
  });
});

describe('scanSgr', () => {
  it('keeps a sequence that the text breaks off', () => {
    expect(scanSgr('a\x1b[3', plainState)).toEqual({ state: plainState, rest: '\x1b[3' });
    expect(scanSgr('\x1b[31mred', plainState).state.foreground).toBe(1);
  });

  it('gives up a sequence that never ends', () => {
    expect(readSequence(`\x1b[${'1;'.repeat(500)}`, 0).kind).toBe('other');
    expect(scanSgr(`\x1b[${'1;'.repeat(500)}`, plainState).rest).toBe('');
  });

  it('comes to the same end wherever hostile text is cut', () => {
    const pieces = ['\x1b', '[', '3', '1', ';', 'm', '\x1b[0m', '38;5;9', 'K', 'x', '\n', '\x9b', ']52;c;', '\x07', '?25l', '48;2;1;2;3m'];
    // A small generator with a fixed seed: the same hostile texts each time.
    let seed = 42;
    const next = (below: number): number => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % below;
    for (let round = 0; round < 300; round++) {
      const text = Array.from({ length: 12 }, () => pieces[next(pieces.length)] ?? '').join('');
      const whole = scanSgr(text, plainState);
      const cut = next(text.length + 1);
      const first = scanSgr(text.slice(0, cut), plainState);
      const second = scanSgr(first.rest + text.slice(cut), first.state);
      expect(second, JSON.stringify([text, cut])).toEqual(whole);
    }
  });
});
