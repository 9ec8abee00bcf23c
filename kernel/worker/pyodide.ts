/** What of Pyodide's interface the kernel uses; its own types come with a package that this folder does not import. */

export type PyBufferView = { data: Uint8Array; release(): void };
export type PyProxy = { getBuffer(type: 'u8'): PyBufferView; destroy(): void };

/** The Python side's functions, python/_pyexekube/kernel.py. */
export type KernelModule = {
  prepare(): void;
  start(bridge: Bridge): PyProxy;
  version(): string;
  execute(
    source: string,
    filename: string,
    isFile: boolean,
    firstLine: number,
    argv: string[],
    fileNames?: string[],
    fileDatas?: (Uint8Array | undefined)[],
  ): string;
  inspect_variables(): string;
};

/** What Python may ask of the worker. Each gives true where Stop cut a wait short. */
export type Bridge = {
  /** The first `size` bytes of the staging buffer, written to file 1 or 2. */
  write(file: number, size: number): boolean;
  flush(): boolean;
  output(json: string): boolean;
  /** A line; undefined at the end of file; false on Stop. */
  ask(prompt: string, password: boolean): string | undefined | false;
  sleep(seconds: number): boolean;
  /** Whether Stop was pressed; asked again it is false, until it is pressed again. */
  take_interrupt(): boolean;
  /** The signal came at a moment that does not suit: it is to come again. */
  put_back_interrupt(): void;
  /** The script is over: no signal reaches Python before the next one. */
  ended(): void;
};

export type EmscriptenModule = {
  HEAPU8: Uint8Array;
  API: { restoreSnapshot(head: Uint8Array): unknown };
};

export type Pyodide = {
  version: string;
  _module: EmscriptenModule;
  FS: { writeFile(path: string, data: Uint8Array, options: { canOwn: boolean }): void; unmount?(path: string): void };
  pyimport(name: '_pyexekube.kernel'): KernelModule;
  setInterruptBuffer(buffer: { 0: number }): void;
  setStdin(options: { stdin: () => string | null }): void;
  setStdout(options: { write: (bytes: Uint8Array) => number }): void;
  setStderr(options: { write: (bytes: Uint8Array) => number }): void;
  toPy(value: unknown): unknown;
  makeMemorySnapshot(): Uint8Array;
};

export type CreateModule = (settings: object) => Promise<EmscriptenModule>;

export type LoadPyodide = (options: {
  indexURL?: string;
  stdLibURL?: string;
  lockFileContents?: object;
  packageBaseUrl?: string;
  env?: Record<string, string>;
  createPyodideModule?: CreateModule;
  _makeSnapshot?: boolean;
  _loadSnapshot?: Uint8Array;
}) => Promise<Pyodide>;
