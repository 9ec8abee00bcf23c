import { Command, Moon, Sun, SunMoon, Contrast } from 'lucide-react';
import { runCommand, useCommandKey } from '../commands/index.ts';
import { changeSettings, useSettings } from '../settings/index.ts';
import { IconButton, Menu, overlaysId } from '../ui/index.ts';
import { RunToolbar } from '../runs/index.ts';

const themes = [
  { value: 'system', label: 'As the system', icon: <SunMoon size={16} aria-hidden /> },
  { value: 'light', label: 'Light', icon: <Sun size={16} aria-hidden /> },
  { value: 'dark', label: 'Dark', icon: <Moon size={16} aria-hidden /> },
  { value: 'highContrast', label: 'High contrast', icon: <Contrast size={16} aria-hidden /> },
] as const;

/** Name, running, and what concerns the whole window. */
export function TitleBar() {
  const paletteKey = useCommandKey('palette.show');
  const theme = useSettings((state) => state.settings.theme);
  const shown = themes.find((one) => one.value === theme) ?? themes[0];
  return (
    <header aria-label="Toolbar" data-region="Toolbar" tabIndex={-1} className="flex h-11 shrink-0 items-center gap-2 border-b border-line bg-sunken px-3 outline-none">
      <h1 className="mr-2 hidden select-none items-center gap-2 text-[13px] font-semibold md:flex">
        <Mark />
        PyExeKube
      </h1>
      <RunToolbar />
      <span className="grow" />
      <button
        type="button"
        className="flex h-7 shrink-0 items-center gap-2 rounded-md border border-line-strong bg-surface px-2.5 text-[13px] text-muted hover:bg-hover hover:text-text"
        onClick={() => runCommand('palette.show')}
      >
        <Command size={14} aria-hidden />
        <span className="hidden lg:inline">Commands</span>
        <span className="sr-only lg:hidden">Commands</span>
        <kbd className="hidden sm:inline">{paletteKey}</kbd>
      </button>
      <Menu
        align="end"
        items={themes.map((one) => ({ kind: 'check', label: one.label, checked: one.value === theme, run: () => void changeSettings({ theme: one.value }) }))}
      >
        <IconButton label="Theme">{shown.icon}</IconButton>
      </Menu>
      <div id={overlaysId} className="absolute" />
    </header>
  );
}

/** The application's mark: a prompt. */
function Mark() {
  return (
    <svg width="18" height="18" viewBox="0 0 18 18" aria-hidden>
      <rect width="18" height="18" rx="5" fill="var(--accent)" />
      <path d="M5 5.5 8.5 9 5 12.5M9.8 12.5h3.4" fill="none" stroke="var(--on-accent)" strokeWidth="1.7" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}
