import { describe, expect, it } from 'vitest';
import { readArguments } from './arguments.ts';

describe('readArguments', () => {
  it('reads a port, or leaves it to the system', () => {
    expect(readArguments([])).toEqual({ port: 0 });
    expect(readArguments(['--port', '8080'])).toEqual({ port: 8080 });
    expect(readArguments(['--port=65535'])).toEqual({ port: 65535 });
  });

  it.each([['65536'], ['-1'], ['1.5'], ['http'], [''], [' 80'], ['0x50'], ['99999999999']])('refuses the port %j', (port) => {
    expect(() => readArguments([`--port=${port}`])).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', action: expect.stringContaining('65535') }));
  });

  it.each([[['--prot', '1']], [['8080']], [['--port']]])('refuses %j and says how it is used', (args) => {
    expect(() => readArguments(args)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', action: 'Use: npm run serve -- --port N' }));
  });
});
