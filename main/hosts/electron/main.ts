import './oldNode.ts';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { app, BrowserWindow, dialog, ipcMain, session, MessageChannelMain, type MessagePortMain, type WebContents, type WebFrameMain } from 'electron';
import { toAppError, type AppError } from '../../../contract/errors.ts';
import { newClientId } from '../../../contract/ids.ts';
import { indexAssets } from '../../core/assets/index.ts';
import { dataFolder } from '../dataFolder.ts';
import { isTrustedSender } from './addresses.ts';
import { registerAppScheme, serveApp } from './appProtocol.ts';
import type { CoreChild, CoreListeners } from './coreChild.ts';
import { startNode } from './coreNode.ts';
import { superviseCore, type CoreSupervisor } from './coreSupervisor.ts';
import { startUtility } from './coreUtility.ts';
import { guardAllContents, guardSession } from './guards.ts';
import { setMenu } from './menu.ts';
import { findNode, minNodeMajor } from './nodeBinary.ts';
import { pickPath } from './pick.ts';
import { reviveRenderer } from './renderers.ts';
import { openWindow, preloadPath } from './window.ts';

const mainFolder = import.meta.dirname;
const home = dataFolder();
const profile = join(home, 'window');

/** A plain Node child for the core: asked for, or because Electron's own Node is too old for it. */
function wantsNodeChild(): boolean {
  return process.env['PYEXEKUBE_CORE'] === 'node' || Number(process.versions.node.split('.')[0]) < minNodeMajor;
}

function startCore(listeners: CoreListeners): CoreChild<MessagePortMain> {
  // A plain Node reads nothing out of an archive; electron-builder.yml leaves the core beside it.
  const entry = join(mainFolder, 'core.cjs').replace(/app\.asar(?=[/\\])/, 'app.asar.unpacked');
  return wantsNodeChild() ? startNode(findNode(join(mainFolder, '../..')), entry, listeners) : startUtility(entry, listeners);
}

function log(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function stopWith(error: AppError): Promise<void> {
  log(`PyExeKube cannot go on: ${error.message} ${error.action ?? ''}`);
  await dialog.showMessageBox({ type: 'error', title: 'PyExeKube', message: error.message, detail: error.action ?? '', buttons: ['Quit'] });
  app.exit(1);
}

async function askToReload(): Promise<boolean> {
  const { response } = await dialog.showMessageBox({
    type: 'error',
    title: 'PyExeKube',
    message: 'The window ended several times within a minute.',
    detail: 'Everything that was kept is on disk. If it happens again, restart the computer or install the application anew.',
    buttons: ['Load it again', 'Quit'],
  });
  return response === 0;
}

/** A core that was started anew may find the page gone, which asks for itself when it is loaded again. */
function givePort(frame: WebFrameMain, port: MessagePortMain): void {
  try {
    frame.postMessage('pyexekube:port', null, [port]);
  } catch (error) {
    port.close();
    log(`The window could not be given the core: ${String(error)}`);
  }
}

/** Each load of the page is a window of its own to the core: what an earlier page ran is not this one's. */
function answerPages(core: CoreSupervisor<MessagePortMain>): void {
  const pages = new Map<WebContents, { release(): void }>();
  ipcMain.on('pyexekube:connect', ({ sender, senderFrame: frame }) => {
    if (frame === null || !isTrustedSender(frame)) {
      log(`A page that is not the window asked for the core, or one that is gone by now. In the window: ${sender.getURL()}`);
      return;
    }
    pages.get(sender)?.release();
    if (!pages.has(sender)) {
      sender.once('destroyed', () => {
        pages.get(sender)?.release();
        pages.delete(sender);
      });
    }
    pages.set(
      sender,
      core.connect(newClientId(), (port) => givePort(frame, port)),
    );
  });
}

function showAgain(): void {
  const [window] = BrowserWindow.getAllWindows();
  if (window === undefined) return;
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}

async function run(): Promise<void> {
  guardAllContents(app);
  const assets = indexAssets(join(mainFolder, '../window'));
  await app.whenReady();
  guardSession(session.defaultSession);
  serveApp(await assets);
  setMenu();
  const core = superviseCore({
    home,
    start: startCore,
    createChannel: () => new MessageChannelMain(),
    pick: pickPath,
    log,
    giveUp: (error) => void stopWith(error),
  });
  answerPages(core);
  quitInOrder(core);
  // The window loads while the core opens the database; it waits for its port.
  const icon = app.isPackaged ? join(process.resourcesPath, 'icon.png') : join(mainFolder, '../../resources/icons/256x256.png');
  const paths = { preload: preloadPath(mainFolder), state: join(profile, 'window.json'), icon };
  const open = (): void => reviveRenderer(openWindow(paths), log, askToReload);
  open();
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) open();
  });
  await core.started;
}

/** The core ends last, when it has written everything. */
function quitInOrder(core: CoreSupervisor<MessagePortMain>): void {
  let ended = false;
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  app.on('will-quit', (event) => {
    if (ended) return;
    event.preventDefault();
    void core.dispose().then(() => {
      ended = true;
      app.quit();
    });
  });
}

mkdirSync(profile, { recursive: true });
// Chromium's own files, and with them the lock of the single instance, belong to this home.
app.setPath('userData', profile);
if (app.requestSingleInstanceLock()) {
  app.on('second-instance', showAgain);
  // Who starts it with --no-sandbox (root has to, in a test) would get renderers that end at once.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  registerAppScheme();
  run().catch((error: unknown) => stopWith(toAppError(error)));
} else {
  app.exit(0);
}
