import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { newRunId } from '../../contract/ids.ts';
import { ProfileSettings, type ProfileSettingsInput } from '../../contract/profiles.ts';
import { packBundle } from '../../main/core/jobs/bundle/index.ts';
import { runnerConfig, type Requirements, type RunnerConfig } from '../../main/core/jobs/manifest/config.ts';

export const runnerFolder = join(import.meta.dirname, '../../resources/runner');

export interface Python {
  version: string;
  path: string;
}

/** Every CPython from 3.8 on that this machine has: on the PATH, or from pyenv; one of each version. */
export const pythons: readonly Python[] = findPythons((minor) => minor >= 8);

/** Those before 3.8, which are too old. */
export const oldPythons: readonly Python[] = findPythons((minor) => minor < 8);

function findPythons(isWanted: (minor: number) => boolean): Python[] {
  const pyenv = join(homedir(), '.pyenv/versions');
  const names = ['python3', ...Array.from({ length: 12 }, (_, i) => `python3.${i + 8}`)];
  const folders = existsSync(pyenv) ? readdirSync(pyenv).map((version) => join(pyenv, version, 'bin/python3')) : [];
  const found = new Map<string, string>();
  for (const path of [...names, ...folders]) {
    const { status, stdout } = spawnSync(path, ['-ISc', 'import sys; print("%d.%d.%d" % sys.version_info[:3]); print(sys.executable)'], { encoding: 'utf8' });
    const [version = '', executable = ''] = stdout?.split('\n') ?? [];
    const [major = 0, minor = 0] = version.split('.').map(Number);
    if (status === 0 && major === 3 && isWanted(minor) && !found.has(version)) found.set(version, executable);
  }
  return [...found].map(([version, path]) => ({ version, path }));
}

/** One line of the runner's log: resources/runner/PROTOCOL.md. */
export interface Line {
  seq: number;
  kind: string;
  text: Buffer;
}

export function parseLog(log: Buffer): Line[] {
  const lines: Line[] = [];
  for (let at = 0; at < log.length; ) {
    const end = log.indexOf(10, at);
    if (end < 0) break;
    const line = log.subarray(at, end);
    const head = /^(\d+)([a-zA-Z])(?:@\d+)? /.exec(line.subarray(0, 40).toString('latin1'));
    if (head === null) throw new Error(`not a line of the runner: ${line.toString()}`);
    lines.push({ seq: Number(head[1]), kind: head[2] ?? '', text: line.subarray(head[0].length) });
    at = end + 1;
  }
  return lines;
}

export interface PodOptions {
  source?: string;
  /** The script's name among the files. */
  script?: string;
  /** Relative path to content, beside the script. */
  files?: Record<string, string>;
  argv?: string[];
  settings?: ProfileSettingsInput;
  requirements?: Requirements;
  config?: Partial<RunnerConfig>;
  /** Another archive than that of the files. */
  archive?: Buffer;
  /** Of the container. */
  env?: Record<string, string>;
}

/** For scripts that are to go on when the test says so (`Pod.letGo`), and not before. */
export const waiting = `
import os, time
def wait(name):
    while not os.path.exists(name): time.sleep(0.005)
`;

/** A run as in a pod, but in a temporary folder of this machine. */
export class Pod {
  readonly root = mkdtempSync(join(tmpdir(), 'pyexekube-runner-'));
  readonly python: string;
  readonly env: Record<string, string>;
  archive: Buffer = Buffer.alloc(0);
  main: ChildProcess | undefined;
  collector: ChildProcess | undefined;
  stderr = '';
  #changed: (() => void)[] = [];
  #chunks: Buffer[] = [];
  /** When a process has ended, and all that it said is here. */
  readonly #closed = new Map<ChildProcess, Promise<number | null>>();

  static async make(python: Python, options: PodOptions): Promise<Pod> {
    const pod = new Pod(python.path, options.env ?? {});
    const script = options.script ?? 'script.py';
    const texts = { ...options.files, [script]: options.source ?? '' };
    const files = Object.entries(texts).map(([path, text]) => ({ path, bytes: Buffer.byteLength(text) }));
    const chunks: Uint8Array[] = [];
    for await (const chunk of packBundle({ files, totalBytes: 0, content: new Map(Object.entries(texts).map(([path, text]) => [path, { text }])) })) chunks.push(chunk);
    pod.archive = options.archive ?? Buffer.concat(chunks);
    const sha256 = createHash('sha256').update(pod.archive).digest('hex');
    const payload = { script, argv: options.argv ?? [], files: { from: 'secret' as const, data: pod.archive, sha256 }, requirements: options.requirements ?? null };
    const config = { ...runnerConfig(newRunId(), ProfileSettings.parse(options.settings ?? {}), payload), graceSeconds: 1, ...options.config };
    for (const name of ['runner.py', 'sitecustomize.py']) copyFileSync(join(runnerFolder, name), join(pod.root, 'code', name));
    writeFileSync(join(pod.root, 'code/run.json'), JSON.stringify(config));
    if (config.files.from === 'secret') writeFileSync(join(pod.root, 'code/files.tar.gz'), pod.archive);
    return pod;
  }

  private constructor(python: string, env: Record<string, string>) {
    this.python = python;
    for (const folder of ['code', 'run', 'work']) mkdirSync(join(this.root, folder));
    this.env = { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8', ...env, PYEXEKUBE_ROOT: this.root, PYEXEKUBE_TERMINATION_LOG: join(this.root, 'termination') };
  }

  command(...command: string[]): string[] {
    return ['-ISB', join(this.root, 'code/runner.py'), ...command];
  }

  /** @param how arguments of Python that start the container */
  start(how = this.command('main')): this {
    const main = spawn(this.python, how, { env: this.env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#follow(main);
    main.stdout.on('data', (data: Buffer) => {
      this.#chunks.push(data);
      for (const changed of this.#changed.splice(0)) changed();
    });
    main.stderr.on('data', (data: Buffer) => {
      this.stderr += data.toString();
    });
    this.main = main;
    return this;
  }

  startCollector(): this {
    this.collector = spawn(this.python, this.command('collector'), { env: { ...this.env, PYEXEKUBE_TERMINATION_LOG: join(this.root, 'collector') }, stdio: 'inherit' });
    this.#follow(this.collector);
    return this;
  }

  #follow(child: ChildProcess): void {
    this.#closed.set(child, new Promise((resolve) => child.on('close', resolve)));
  }

  get log(): Buffer {
    const log = Buffer.concat(this.#chunks);
    this.#chunks = [log];
    return log;
  }

  /** Waits until the log has a line that satisfies the test. */
  async until(test: (line: Line) => boolean): Promise<Line> {
    for (;;) {
      const line = this.lines().find(test);
      if (line !== undefined) return line;
      await new Promise<void>((resolve) => {
        this.#changed.push(resolve);
      });
    }
  }

  /** Waits until the script has printed a text, which may go over several lines: print() writes a text and its line feed apart. */
  async untilText(text: string, stream: 'o' | 'e' = 'o'): Promise<void> {
    await this.until(() => textOf(this.lines(), stream).includes(text));
  }

  /** Ends a `wait` of the script. */
  letGo(name: string): void {
    writeFileSync(join(this.root, 'work/files', name), '');
  }

  lines(): Line[] {
    const { log } = this;
    return parseLog(log.subarray(0, log.lastIndexOf(10) + 1));
  }

  /** Runs another command in the same pod, as exec does. */
  exec(...command: string[]): Buffer {
    return execFileSync(this.python, this.command(...command), { env: this.env, input: command[0] === 'receive' ? this.archive : '', maxBuffer: 1 << 30, stdio: ['pipe', 'pipe', 'inherit'] });
  }

  /** Waits for the end of the main container. @returns its exit code; the lines' numbers have been checked */
  async end(): Promise<{ code: number | null; report: Record<string, unknown>; lines: Line[] }> {
    const main = this.main ?? this.start().main;
    if (main === undefined) throw new Error('not started');
    const code = await this.ended(main);
    const lines = this.lines();
    const gap = lines.find((line, index) => line.seq !== index + 1);
    if (gap !== undefined) throw new Error(`line ${gap.seq} is out of order`);
    if (this.stderr !== '') throw new Error(`the runner itself said: ${this.stderr}`);
    return { code, report: JSON.parse(readFileSync(join(this.root, 'termination'), 'utf8') || '{}') as Record<string, unknown>, lines };
  }

  /** Waits for the end of a process and of what it said. @returns its exit code */
  ended(child: ChildProcess | undefined): Promise<number | null> {
    return (child === undefined ? undefined : this.#closed.get(child)) ?? Promise.resolve(null);
  }

  collected(): Record<string, unknown> {
    return JSON.parse(readFileSync(join(this.root, 'collector'), 'utf8')) as Record<string, unknown>;
  }

  /** Once its processes are gone: a file that one of them still writes would keep its folder. */
  async remove(): Promise<void> {
    for (const child of this.#closed.keys()) child.kill('SIGKILL');
    await Promise.all(this.#closed.values());
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** The text of one stream (or of the installation), as a console would have it. */
export function textOf(lines: readonly Line[], stream: 'o' | 'e' | 'i'): Buffer {
  const packed = { o: 'p', e: 'q', i: '' }[stream];
  const parts = lines.flatMap(({ kind, text }) => {
    if (kind === packed) return [Buffer.from(text.map((byte) => (byte === 11 ? 10 : byte))), Buffer.from('\n')];
    return kind === stream ? [text, Buffer.from('\n')] : kind === stream.toUpperCase() ? [text] : [];
  });
  return Buffer.concat(parts);
}

/** The documents of a kind, put together. */
export function documentsOf(lines: readonly Line[], kind: 'd' | 'x' | 'v'): unknown[] {
  const documents: unknown[] = [];
  let pieces: Buffer[] = [];
  for (const line of lines) {
    if (line.kind === kind.toUpperCase()) pieces.push(line.text);
    if (line.kind !== kind) continue;
    documents.push(JSON.parse(Buffer.concat([...pieces, line.text]).toString()));
    pieces = [];
  }
  return documents;
}

/** A tar with one entry of any kind, for archives that nobody should send. */
export function hostileTar(name: string, type: string, link = ''): Buffer {
  const header = Buffer.alloc(512);
  const content = type === '0' ? 'evil\n' : '';
  header.write(name, 0, 'latin1');
  header.write(`0000644\x000000000\x000000000\x00${content.length.toString(8).padStart(11, '0')}\x0000000000000\x00        ${type}`, 100, 'latin1');
  header.write(link, 157, 'latin1');
  header.write('ustar\x0000', 257, 'latin1');
  header.write(`${header.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return gzipSync(Buffer.concat([header, Buffer.from(content.padEnd(content === '' ? 0 : 512, '\0')), Buffer.alloc(1024)]));
}
