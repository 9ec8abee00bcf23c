import { describe, expect, it } from 'vitest';
import { levelOf } from './logLevel.ts';

describe('the level of a line', () => {
  it.each([
    ['2026-11-22 10:02:11,123 INFO train: step 1', 'info'],
    ['WARNING:root:disk is almost full', 'warning'],
    ['[error] no such file', 'error'],
    ['error: no such file', 'error'],
    ['time=10:02 level=warn msg="slow"', 'warning'],
    ['{"time":1,"level":"error","message":"no"}', 'error'],
    ['{"level":30,"msg":"hello"}', 'info'],
    ['{"severity": "CRITICAL"}', 'critical'],
    ['\u001b[31mERROR\u001b[0m red', 'error'],
    ['E1122 10:02:11.000000 1 main.go:1] no', 'error'],
    ['Traceback (most recent call last):', 'error'],
    ['ValueError: no', 'error'],
    ['DEBUG hello', 'debug'],
    ['2026-11-22 10:02:11 [warning  ] slow                           took=3', 'warning'],
    ['2026-11-22 10:02:11.123 | SUCCESS  | __main__:<module>:1 - done', 'info'],
    ['2026/11/22 10:02:11 [emerg] 7#7: no', 'critical'],
    ['<11>Nov 22 10:02:11 host su: no', 'error'],
    ['<165>1 2026-11-22T10:02:11Z host app - - - hello', 'info'],
    ['<7>hello', 'debug'],
    ['train.py:3: UserWarning: slow', 'warning'],
    ['{"ctx":{"level":"error"},"level":"info","msg":"hello"}', 'info'],
    ['{"log":{"level":"error"},"msg":"no"}', 'error'],
    ['{"text":"hello","record":{"level":{"icon":"i","name":"WARNING","no":30}}}', 'warning'],
    ['2026-11-22 10:02:11,123 my.app main ERROR no', 'error'],
  ])('%s', (line, level) => {
    expect(levelOf(line)).toBe(level);
  });

  it.each(['', 'hello', 'no errors were found', 'the error was mine', 'INFORMATION overload', '{"message":"an error"}', '{"level":"loud"}', '{"level":7}', 'level=loud', 'There was no ERROR here', '<192>hello', '<1> one', '{"ctx":{"level":3}}'])('unknown: %s', (line) => {
    expect(levelOf(line)).toBe('unknown');
  });
});
