import { FileCode2, FilePlus, FolderOpen, Image, MessageSquareText, Play, Rows3 } from 'lucide-react';
import type { ReactNode } from 'react';
import { runCommand, useCommandKey } from '../commands/index.ts';
import { openScratchFully } from '../editor/index.ts';
import { changeSettings, useSettings } from '../settings/index.ts';
import { Button, reportError } from '../ui/index.ts';
import { samples, type Sample } from './samples.ts';

const pictures = [
  <Rows3 key="text" size={18} strokeWidth={1.75} aria-hidden />,
  <Image key="picture" size={18} strokeWidth={1.75} aria-hidden />,
  <MessageSquareText key="input" size={18} strokeWidth={1.75} aria-hidden />,
];

/** What stands in the editor's place while no text is open: what to do first. */
export function Welcome() {
  const showWelcome = useSettings((state) => state.settings.showWelcome);
  return (
    <div className="@container h-full overflow-auto" tabIndex={-1}>
      <div className="mx-auto flex min-h-full max-w-3xl flex-col justify-center gap-5 px-8 py-6">
        <div>
          <h2 className="text-[22px] font-semibold leading-7 tracking-tight">Write Python, press Run</h2>
          <p className="mt-1.5 text-[14px] leading-6 text-muted">Python runs on this computer, in a sandbox, without a network. Nothing has to be installed.</p>
        </div>
        <div className="grid gap-2 @md:grid-cols-3">
          <Start command="tab.new" icon={<FilePlus size={18} strokeWidth={1.75} aria-hidden />} title="New scratch tab" />
          <Start command="file.open" icon={<FileCode2 size={18} strokeWidth={1.75} aria-hidden />} title="Open a file" />
          <Start command="folder.open" icon={<FolderOpen size={18} strokeWidth={1.75} aria-hidden />} title="Open a folder" />
        </div>
        <section aria-label="Samples">
          <h3 className="mb-2 text-xs font-semibold text-muted">Samples that run as they are</h3>
          <ul className="overflow-hidden rounded-lg border border-line">
            {samples.map((sample, index) => (
              <li key={sample.title} className="flex flex-wrap items-center gap-x-3 gap-y-2 border-t border-line px-3 py-2.5 first:border-t-0">
                <span className="flex size-9 shrink-0 items-center justify-center rounded-lg bg-accent-soft text-accent-text">{pictures[index]}</span>
                <div className="min-w-40 grow">
                  <p className="text-[13px] font-medium">{sample.name}</p>
                  <p className="text-xs leading-5 text-muted">{sample.description}</p>
                </div>
                <span className="flex gap-1.5">
                  <Button aria-label={`Open ${sample.name}`} onClick={() => void open(sample, false)}>
                    Open
                  </Button>
                  <Button aria-label={`Open and run ${sample.name}`} onClick={() => void open(sample, true)}>
                    <Play size={13} aria-hidden /> Open and run
                  </Button>
                </span>
              </li>
            ))}
          </ul>
        </section>
        <label className="flex w-fit items-center gap-2 text-xs text-muted">
          <input
            type="checkbox"
            className="size-4 accent-(--accent)"
            checked={showWelcome}
            onChange={(event) => void changeSettings({ showWelcome: event.target.checked })}
          />
          Show this page when the application starts without open tabs
        </label>
      </div>
    </div>
  );
}

function Start({ command, icon, title }: { command: string; icon: ReactNode; title: string }) {
  const key = useCommandKey(command);
  return (
    <button
      type="button"
      className="flex items-center gap-3 rounded-lg border border-line bg-surface px-3 py-2 text-left transition-colors duration-100 hover:border-line-strong hover:bg-hover"
      onClick={() => runCommand(command)}
    >
      <span className="text-accent-text">{icon}</span>
      <span className="flex min-w-0 flex-col">
        <span className="truncate text-[13px] font-medium">{title}</span>
        <kbd className="truncate text-muted">{key}</kbd>
      </span>
    </button>
  );
}

async function open(sample: Sample, run: boolean): Promise<void> {
  try {
    await openScratchFully({ title: sample.title, text: sample.source });
    if (run) runCommand('run.file');
  } catch (error) {
    reportError(error);
  }
}
