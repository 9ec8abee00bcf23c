import { describe, expect, it } from 'vitest';
import type { OutputBody } from '../../../contract/output.ts';
import { LogParser, type LogListener } from './logParser.ts';
import type { Measurement, RunnerPhase } from './runnerDocuments.ts';

function listen() {
  const heard: { phases: RunnerPhase[]; measurements: [Measurement, number][]; errors: string[]; packages: string[][] } = { phases: [], measurements: [], errors: [], packages: [] };
  const listener: LogListener = {
    onPhase: (phase) => heard.phases.push(phase),
    onMeasurement: (measurement, podMs) => heard.measurements.push([measurement, podMs]),
    onError: ({ name }) => heard.errors.push(name),
    onPackages: (packages) => heard.packages.push(packages.map(({ name, version }) => `${name} ${version}`)),
    place: (file) => `/here/${file}`,
  };
  return { heard, listener };
}
const start = { podUid: 'p', seq: 0, plainLines: 0, podMs: 0 };
const texts = (steps: readonly OutputBody[]): string[] => steps.map((step) => (step.kind === 'text' ? `${step.stream}:${step.text}` : step.kind));

describe('the parser of the log', () => {
  it('joins what follows on one stream and keeps the order of both', () => {
    const parser = new LogParser(start, listen().listener);
    expect(parser.consume(['1s@5000 {}', '2o a', '3O b', '4O c', '5e x', '6o ', '7i pip'])).toBe(7);
    const { steps, cursor } = parser.take();
    expect(texts(steps)).toEqual(['stdout:a\nbc', 'stderr:x\n', 'stdout:\n', 'stderr:pip\n']);
    expect(cursor).toEqual({ podUid: 'p', seq: 7, plainLines: 0, podMs: 5000 });
  });

  it('takes packed lines apart', () => {
    const parser = new LogParser(start, listen().listener);
    expect(parser.consume(['1p a\v\vb', '2q x\vy', '3p c\v'])).toBe(3);
    expect(texts(parser.take().steps)).toEqual(['stdout:a\n\nb\n', 'stderr:x\ny\n', 'stdout:c\n\n']);
  });

  it('hears what can be imported, in pieces too, and leaves out what is no package', () => {
    const { heard, listener } = listen();
    const parser = new LogParser(start, listener);
    const packages = [{ name: 'numpy', version: '2.1.0', source: null, isInstalled: true }, { name: 'Bad name', version: '1' }, { name: 'x', version: '1\n' }, 7];
    const text = JSON.stringify({ packages });
    parser.consume(['1v {"packages": 1}', `2V ${text.slice(0, 20)}`, `3v ${text.slice(20)}`, '4v {']);
    expect(heard.packages).toEqual([['numpy 2.1.0']]);
    expect(parser.take().steps).toEqual([]);
  });

  it('stops at a gap, and goes on when it is filled or given up', () => {
    const parser = new LogParser(start, listen().listener);
    const lines = ['1o a', '4o d'];
    expect(parser.consume(lines)).toBe(1);
    expect(parser.consume(['2o b', '3o c'])).toBe(2);
    expect(parser.consume(lines, 1)).toBe(2);
    expect(parser.consume(['9o i'])).toBe(0);
    parser.skipTo(9, 'lost');
    expect(parser.consume(['9o i'])).toBe(1);
    expect(texts(parser.take().steps)).toEqual(['stdout:a\nb\nc\nd\n', 'note', 'stdout:i\n']);
  });

  it('passes over what it has when the log is read again, also lines without a number', () => {
    const log = ['0 no number', '1t 9000', '2o a', 'runtime says', 'and again', 'at last', '3o b'];
    const parser = new LogParser(start, listen().listener);
    parser.consume(log.slice(0, 5));
    const first = parser.take();
    expect(texts(first.steps)).toEqual(['stderr:0 no number\n', 'stdout:a\n', 'stderr:runtime says\nand again\n']);
    const resumed = new LogParser(first.cursor, listen().listener);
    resumed.reopened();
    resumed.consume(log);
    expect(texts(resumed.take().steps)).toEqual(['stderr:at last\n', 'stdout:b\n']);
    resumed.reopened();
    resumed.consume(log);
    expect(resumed.take().steps).toEqual([]);
  });

  it('takes the beginning from the copy, and from the log what the copy does not have', () => {
    const { heard, listener } = listen();
    const parser = new LogParser(start, listener);
    expect(parser.consumeEarly(['1t 9000', '2o a'])).toBe(true);
    expect(parser.consumeEarly(['2o a', '3o b', '4s {"phase":"collecting","report":{"v":1,"end":"exit","exitCode":0,"lastSeq":4}}'])).toBe(true);
    const early = parser.take();
    expect(texts(early.steps)).toEqual(['stdout:a\nb\n']);
    expect(early.cursor).toEqual({ podUid: 'p', seq: 4, logSeq: 0, plainLines: 0, podMs: 9000 });
    expect(heard.phases).toHaveLength(1);
    expect([parser.isComplete, parser.resumeMs]).toEqual([false, null]);
    const log = ['the runtime says', '1t 9000', '2o a', 'and again', '3o b', '4s {"phase":"collecting","report":{"v":1,"end":"exit","exitCode":0,"lastSeq":4}}'];
    parser.reopened();
    expect(parser.consume(log.slice(0, 3))).toBe(3);
    const half = parser.take();
    expect(texts(half.steps)).toEqual(['stderr:the runtime says\n']);
    expect(half.cursor).toMatchObject({ seq: 4, logSeq: 2 });
    // Killed here: the log is read from its beginning again.
    const resumed = new LogParser(half.cursor, listener);
    expect(resumed.resumeMs).toBeNull();
    expect(resumed.consume(log.slice(0, 5))).toBe(5);
    expect(texts(resumed.take().steps)).toEqual(['stderr:and again\n']);
    resumed.consume(log.slice(5));
    expect(resumed.take().cursor).toEqual({ podUid: 'p', seq: 4, plainLines: 0, podMs: 9000 });
    expect(resumed.resumeMs).toBe(9000);
  });

  it('has the whole log once it has come to the last line that the copy has told', () => {
    const parser = new LogParser(start, listen().listener);
    const log = ['1o a', '2s {"phase":"collecting","report":{"v":1,"end":"exit","exitCode":0,"lastSeq":2}}'];
    parser.consumeEarly(log);
    parser.consume(log.slice(0, 1));
    expect(parser.isComplete).toBe(false);
    parser.consume(log.slice(1));
    expect(parser.isComplete).toBe(true);
  });

  it.each([['a line that is not the runner\'s', 'forged'], ['a jump', '9o forged']])('leaves a copy to the log from %s on', (_, forged) => {
    const parser = new LogParser(start, listen().listener);
    expect(parser.consumeEarly(['1o a', forged, '2o not b'])).toBe(false);
    parser.consume(['1o a', '2o b']);
    expect(texts(parser.take().steps)).toEqual(['stdout:a\nb\n']);
  });

  it('does not show the rest of a torn line before the line itself, which comes from the copy', () => {
    const parser = new LogParser(start, listen().listener);
    const log = ['1o a', 'ne two', '3o c'];
    expect(parser.consume(log)).toBe(2);
    expect(parser.take().cursor).toMatchObject({ seq: 1, plainLines: 0 });
    expect(parser.consume(['2o line two'])).toBe(1);
    expect(parser.consume(log, 2)).toBe(3);
    expect(texts(parser.take().steps)).toEqual(['stdout:line two\nc\n']);
  });

  it('does not show it when many lines come from the copy before that one, and some are gone', () => {
    const parser = new LogParser(start, listen().listener);
    const log = ['1o a', 'ne five', '6o f'];
    expect(parser.consume(log)).toBe(2);
    expect(parser.consume(['3o c', '4o d', '5o line five'])).toBe(0);
    parser.skipTo(3, 'lost');
    const { steps, cursor } = parser.take();
    expect(texts(steps)).toEqual(['stdout:a\n', 'note']);
    expect(cursor).toMatchObject({ seq: 2, plainLines: 0 });
    expect(parser.consume(['3o c', '4o d', '5o line five'])).toBe(3);
    expect(parser.consume(log, 2)).toBe(3);
    expect(texts(parser.take().steps)).toEqual(['stdout:c\nd\nline five\nf\n']);
  });

  it('shows it when that line is gone, too', () => {
    const parser = new LogParser(start, listen().listener);
    const log = ['1o a', 'ne five', '6o f'];
    expect(parser.consume(log)).toBe(2);
    expect(parser.consume(['2o b'])).toBe(1);
    parser.skipTo(6, 'lost');
    expect(parser.consume(log, 2)).toBe(3);
    expect(texts(parser.take().steps)).toEqual(['stdout:a\nb\n', 'stderr:ne five\n', 'note', 'stdout:f\n']);
  });

  it.each([
    ['ends otherwise', ['1o a', 'ne two', '3o c'], ['2o other', '3o c']],
    ['is not before a gap', ['1o a', 'ne two'], ['2o line two']],
  ])('shows a line without a number when the next line %s', (_, before, after) => {
    const parser = new LogParser(start, listen().listener);
    expect(parser.consume(before)).toBe(2);
    parser.consume(after);
    expect(texts(parser.take().steps)[1]).toBe('stderr:ne two\n');
  });

  it('shows lines without a number at the end, and before what is gone', () => {
    const parser = new LogParser(start, listen().listener);
    parser.consume(['1o a', 'outside', '5o e']);
    parser.skipTo(5, 'lost');
    parser.consume(['5o e', 'again', 'at last', 'x'.repeat(9000)]);
    expect(texts(parser.take().steps)).toEqual(['stdout:a\n', 'stderr:outside\n', 'note', 'stdout:e\n', `stderr:again\nat last\n${'x'.repeat(9000)}\n`]);
    parser.consume(['6o f', 'the end']);
    // Killed here, it is read again.
    const { steps, cursor } = parser.take();
    expect([texts(steps), cursor.plainLines]).toEqual([['stdout:f\n'], 0]);
    parser.reopened();
    parser.consume(['5o e', '6o f', 'the end']);
    parser.end();
    expect(texts(parser.take().steps)).toEqual(['stderr:the end\n']);
  });

  it('counts lines without a number before a display that is not whole', () => {
    const log = ['1o a', 'the runtime says', '2D {"bundle":{"text/', '3d plain":"x"}}'];
    const parser = new LogParser(start, listen().listener);
    parser.consume(log.slice(0, 3));
    const { cursor } = parser.take();
    expect(cursor).toMatchObject({ seq: 1, plainLines: 1 });
    const resumed = new LogParser(cursor, listen().listener);
    resumed.consume(log);
    expect(texts(resumed.take().steps)).toEqual(['display']);
  });

  it('does not move its cursor into a display that is not whole', () => {
    const { listener } = listen();
    const parser = new LogParser(start, listener);
    parser.consume(['1o a', '2D {"bundle":{"text/', '3D plain":"x"}']);
    expect(parser.take().cursor.seq).toBe(1);
    parser.consume(['4d }']);
    const { steps, cursor } = parser.take();
    expect(steps).toEqual([{ kind: 'display', bundle: { 'text/plain': 'x' } }]);
    expect(cursor.seq).toBe(4);
  });

  it('tells phases, measurements and the exception, and places its files', () => {
    const { heard, listener } = listen();
    const parser = new LogParser(start, listener);
    parser.consume([
      '1s {"phase":"started","python":"3.13.0"}',
      '2t 7000',
      '3m@7100 {"cpuMs":12,"memory":100,"peak":200}',
      '4x {"name":"E","message":"m","traceback":"File \\"/pyexekube/work/files/a.py\\", line 3\\nE: m","frames":[{"file":"a.py","line":3,"name":"<module>"}]}',
      '5s {"phase":"collecting","report":{"v":1,"end":"exception","exitCode":1,"lastSeq":5}}',
    ]);
    expect(heard.phases.map(({ phase }) => phase)).toEqual(['started', 'collecting']);
    expect(heard.measurements).toEqual([[{ cpuMs: 12, memory: 100, peak: 200 }, 7100]]);
    expect(heard.errors).toEqual(['E']);
    expect(parser.take().steps).toMatchObject([{ kind: 'error', traceback: 'File "/here/a.py", line 3\nE: m', frames: [{ file: '/here/a.py' }] }]);
    expect(parser.isComplete).toBe(true);
  });

  it('shows or leaves out what a container has forged, and throws nothing', () => {
    const { heard, listener } = listen();
    const parser = new LogParser(start, listener);
    parser.consume(['1s not json', '2m []', '3x null', '4d 7', '5d {"bundle":{"a":1}}', '6t -5', '7Z what', '8n note', '99999999999999999999o x', '']);
    expect(parser.take().steps).toMatchObject([{ kind: 'note' }, { kind: 'display', bundle: { 'text/plain': '', a: 1 } }, { kind: 'note', text: 'note' }, { kind: 'text', stream: 'stderr' }]);
    expect(heard).toEqual({ phases: [], measurements: [], errors: [], packages: [] });
    expect(parser.podMs).toBe(0);
  });

  it('leaves out a display that is too large, and says so', () => {
    const parser = new LogParser(start, listen().listener);
    const piece = 'x'.repeat(8000);
    const lines = Array.from({ length: 2200 }, (_, i) => `${i + 1}D ${piece}`);
    parser.consume([...lines, `${lines.length + 1}d "`]);
    expect(parser.take().steps).toMatchObject([{ kind: 'note', text: expect.stringContaining('left out') }]);
  });
});
