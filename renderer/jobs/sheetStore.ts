import { create } from 'zustand';
import { newRunId, toAppError, type JobPreview, type JobRequest, type RunId } from '../../contract/index.ts';
import { clearTracebackMarks } from '../editor/index.ts';
import { core } from '../rpc/index.ts';
import { notify, reportError } from '../ui/index.ts';
import { openFollowed } from './followed.ts';
import { takeJobs } from './jobsStore.ts';
import { placeCheck, verdictOf, type Known } from './verdict.ts';

/** A run that is about to go to a cluster. */
export interface Sheet extends Known {
  request: JobRequest;
  /** Folders that may go along. */
  folders: readonly string[];
  /** The dialog is shown: something needs the person, or the cluster takes its time. */
  isShown: boolean;
  isSubmitting: boolean;
}

export const useSheet = create<{ sheet: Sheet | null }>()(() => ({ sheet: null }));

/** How long the checks may take before the dialog shows how far they are, in milliseconds. */
const patienceMs = 500;
/** A submit whose answer was lost is repeated under the same id, so often at most. */
const mostTries = 5;

let controller = new AbortController();
/** Files that the person has been shown, by folder. */
const seenFiles = new Map<string, string>();
/** Which folder goes along with which script, where the person has said it. */
const chosenFolders = new Map<string, string | null>();

type Script = Pick<JobRequest, 'path' | 'tabId'>;

function scriptKey({ path, tabId }: Script): string {
  return path ?? tabId ?? '';
}

/** What the person has said about a script's files; undefined if nothing. */
export function chosenFolder(script: Script): string | null | undefined {
  return chosenFolders.get(scriptKey(script));
}

/** Another folder goes along, or none but the script. */
export function chooseFolder(folder: string | null): void {
  const { sheet } = useSheet.getState();
  if (sheet === null || sheet.isSubmitting || sheet.request.folder === folder) return;
  chosenFolders.set(scriptKey(sheet.request), folder);
  openSheet({ ...sheet.request, folder, exactly: null }, { isReview: true, folders: sheet.folders });
}

function filesKey(preview: JobPreview): string {
  return preview.files.map((file) => file.path).join('\n');
}

function patch(request: JobRequest, change: Partial<Sheet>): void {
  const { sheet } = useSheet.getState();
  if (sheet === null || sheet.request !== request) return;
  useSheet.setState({ sheet: { ...sheet, ...change } });
  decide();
}

/** Submits by itself when nothing needs the person; shows the dialog when something does. */
function decide(): void {
  const { sheet } = useSheet.getState();
  if (sheet === null || sheet.isSubmitting) return;
  const verdict = verdictOf(sheet);
  if (verdict === 'go') submitSheet().catch(reportError);
  else if (verdict !== 'wait' && !sheet.isShown) useSheet.setState({ sheet: { ...sheet, isShown: true } });
}

/**
 * Begins a run on a cluster: reads what would be sent, checks whether it can work, then submits it, by itself if nothing needs the person.
 * @param isReview shows the dialog, and waits for the person, whatever the checks say
 * @param folders what may go along instead of the request's own folder
 */
export function openSheet(request: JobRequest, { isReview = false, folders = request.folder === null ? [] : [request.folder] }: { isReview?: boolean; folders?: readonly string[] } = {}): void {
  controller.abort();
  controller = new AbortController();
  const { signal } = controller;
  useSheet.setState({
    sheet: {
      request, folders, isReview, isShown: isReview, isSubmitting: false, preview: null, previewFailure: null, checks: [], isChecked: false, checkFailure: null, areFilesSeen: false,
    },
  });
  void readPreview(request, signal);
  void readChecks(request, signal);
  setTimeout(() => {
    if (!signal.aborted && useSheet.getState().sheet?.isSubmitting === false) patch(request, { isShown: true });
  }, patienceMs);
}

async function readPreview(request: JobRequest, signal: AbortSignal): Promise<void> {
  try {
    const preview = await core.jobs.preview(request, { signal });
    patch(request, { preview, areFilesSeen: request.folder !== null && seenFiles.get(request.folder) === filesKey(preview) });
  } catch (caught) {
    const error = toAppError(caught);
    if (error.code !== 'CANCELLED') patch(request, { previewFailure: [error.message, error.action ?? ''].join(' ').trim() });
  }
}

async function readChecks(request: JobRequest, signal: AbortSignal): Promise<void> {
  try {
    for await (const check of await core.jobs.preflight(request, { signal })) {
      const { sheet } = useSheet.getState();
      if (sheet?.request === request) patch(request, { checks: placeCheck(sheet.checks, check) });
    }
    patch(request, { isChecked: true });
  } catch (caught) {
    const error = toAppError(caught);
    if (error.code !== 'CANCELLED') patch(request, { checkFailure: error.message, isChecked: true });
  }
}

/** Makes the checks once more. */
export function checkAgain(): void {
  const { sheet } = useSheet.getState();
  if (sheet !== null) openSheet(sheet.request, { isReview: true, folders: sheet.folders });
}

/** Lets it be; nothing was created. */
export function closeSheet(): void {
  controller.abort();
  useSheet.setState({ sheet: null });
}

/** Submits what the dialog shows; the person has agreed, or nothing needed them. */
export async function submitSheet(): Promise<void> {
  const { sheet } = useSheet.getState();
  if (sheet === null || sheet.isSubmitting) return;
  const { request, preview } = sheet;
  useSheet.setState({ sheet: { ...sheet, isSubmitting: true } });
  try {
    const job = await submit(request, newRunId(), preview?.production === true);
    if (request.folder !== null && preview !== null) seenFiles.set(request.folder, filesKey(preview));
    closeSheet();
    if (request.tabId != null) clearTracebackMarks(request.tabId);
    await openFollowed(job.runId);
    takeJobs([job]);
    if (job.queuePosition !== null) notify({ severity: 'info', message: `${job.title} waits for its turn, as number ${job.queuePosition}.` });
  } catch (caught) {
    const error = toAppError(caught);
    patch(request, { isSubmitting: false, isShown: true, previewFailure: [error.message, error.action ?? ''].join(' ').trim() });
  }
}

async function submit(request: JobRequest, runId: RunId, confirmed: boolean) {
  for (let tries = 1; ; tries++) {
    try {
      return await core.jobs.submit({ ...request, runId, confirmed });
    } catch (caught) {
      const error = toAppError(caught);
      if (error.code !== 'UNAVAILABLE' || tries >= mostTries) throw error;
    }
  }
}
