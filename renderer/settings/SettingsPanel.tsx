import { useId, useState, type ReactNode } from 'react';
import type { Settings, SettingsPatch } from '../../contract/settings.ts';
import { useSystem } from '../rpc/system.ts';
import { Region, Select, Switch, TextField } from '../ui/index.ts';
import { Backups } from './Backups.tsx';
import { changeLimits } from './retention.ts';
import { changeSettings, useSettings } from './settingsStore.ts';

const themes = [
  { value: 'system', label: 'As the system' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
  { value: 'highContrast', label: 'High contrast' },
] as const;

/** All settings; each change is kept at once. */
export function SettingsPanel() {
  const settings = useSettings((state) => state.settings);
  const info = useSystem((state) => state.info);
  return (
    <Region name="Settings">
      <div className="h-full overflow-auto px-3 pb-6 pt-1" tabIndex={-1}>
        <Section title="Appearance">
          <Row label="Theme">
            <Select label="Theme" className="w-full" value={settings.theme} options={themes} onChange={(theme) => void changeSettings({ theme })} />
          </Row>
          <Toggle label="Welcome page" hint="Shown at a start without open tabs." checked={settings.showWelcome} onChange={(showWelcome) => changeSettings({ showWelcome })} />
        </Section>
        <Section title="Editor">
          <Row label="Font family" hint="Empty for the system’s own.">
            {(id) => (
              <Draft
                id={id}
                value={settings.editorFontFamily}
                placeholder="system monospace"
                onCommit={(editorFontFamily) => changeSettings({ editorFontFamily: editorFontFamily.slice(0, 500) })}
              />
            )}
          </Row>
          <Numeric label="Editor font size" unit="px" name="editorFontSize" min={8} max={40} />
          <Numeric label="Tab size" unit="spaces" name="editorTabSize" min={1} max={8} />
          <Toggle label="Wrap long lines in the editor" checked={settings.editorWordWrap} onChange={(editorWordWrap) => changeSettings({ editorWordWrap })} />
          <Toggle label="Minimap" hint="A small picture of the whole text at its right." checked={settings.editorMinimap} onChange={(editorMinimap) => changeSettings({ editorMinimap })} />
        </Section>
        <Section title="Console">
          <Numeric label="Console font size" unit="px" name="consoleFontSize" min={8} max={40} />
          <Toggle label="Wrap long lines in the console" checked={settings.consoleWrap} onChange={(consoleWrap) => changeSettings({ consoleWrap })} />
        </Section>
        <Section title="What is kept">
          <p className="pb-1 text-xs leading-5 text-muted">
            Older runs are deleted with their output as soon as one of these limits is passed, in small steps while nothing else is going on. Pinned
            runs are never deleted. 0 means no limit. A limit that would delete runs asks first.
          </p>
          <Numeric label="Keep runs for" unit="days" name="keepRunsDays" min={0} max={36_500} apply={changeLimits} />
          <Numeric label="Keep at most" unit="runs" name="keepRunsCount" min={0} max={10_000_000} apply={changeLimits} />
          <Numeric label="Keep output up to" unit="MB" name="keepOutputMegabytes" min={0} max={10_000_000} apply={changeLimits} />
          <Numeric label="Keep of each file that was run" unit="versions" name="keepVersionsPerFile" min={0} max={100_000} apply={changeLimits} />
        </Section>
        <Section title="Backups">
          <p className="pb-1 text-xs leading-5 text-muted">The whole database is copied once a day, before each change of its format, and before a restore.</p>
          <Numeric label="Keep the newest" unit="backups" name="keepBackups" min={1} max={100} />
          <Backups />
        </Section>
        <Section title="About">
          <dl className="text-xs leading-5">
            <dt className="text-muted">Everything is kept in this folder</dt>
            <dd className="select-text break-all font-mono">{info?.dataFolder ?? '…'}</dd>
            <dt className="pt-2 text-muted">Version</dt>
            <dd>PyExeKube {info?.appVersion ?? '…'}</dd>
          </dl>
        </Section>
      </div>
    </Region>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div role="group" aria-label={title} className="pt-4">
      <h3 className="pb-1.5 text-[13px] font-semibold">{title}</h3>
      <div className="flex flex-col gap-3">{children}</div>
    </div>
  );
}

/** A label over its field. */
function Row({ label, hint, children }: { label: string; hint?: string; children: ReactNode | ((id: string) => ReactNode) }) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="block text-xs leading-5 text-text">
        {label}
      </label>
      {typeof children === 'function' ? children(id) : children}
      {hint !== undefined && <p className="pt-0.5 text-xs leading-4 text-muted">{hint}</p>}
    </div>
  );
}

function Toggle({ label, hint, checked, onChange }: { label: string; hint?: string; checked: boolean; onChange(checked: boolean): Promise<void> }) {
  return (
    <div className="flex items-start gap-3">
      <div className="grow">
        <p className="text-xs leading-5" aria-hidden>
          {label}
        </p>
        {hint !== undefined && <p className="text-xs leading-4 text-muted">{hint}</p>}
      </div>
      <Switch label={label} checked={checked} onChange={(next) => void onChange(next)} />
    </div>
  );
}

type NumericName = { [K in keyof Settings]: Settings[K] extends number ? K : never }[keyof Settings];

interface NumericProps {
  label: string;
  unit: string;
  name: NumericName;
  min: number;
  max: number;
  /** By default the change is kept at once. */
  apply?: (patch: SettingsPatch) => Promise<void>;
}

function Numeric({ label, unit, name, min, max, apply = changeSettings }: NumericProps) {
  const value = useSettings((state) => state.settings[name]);
  function commit(text: string): void {
    const number = Math.round(Number(text));
    if (text.trim() !== '' && Number.isFinite(number)) void apply({ [name]: Math.max(min, Math.min(max, number)) });
  }
  return (
    <Row label={label}>
      {(id) => (
        <div className="flex items-center gap-2">
          <Draft id={id} type="number" min={min} max={max} value={String(value)} onCommit={commit} className="w-24" />
          <span className="text-xs text-muted">{unit}</span>
        </div>
      )}
    </Row>
  );
}

interface DraftProps {
  id: string;
  value: string;
  onCommit(text: string): void;
  type?: 'text' | 'number';
  min?: number;
  max?: number;
  placeholder?: string;
  className?: string;
}

/** A field whose text counts when it is left or Enter is pressed. */
function Draft({ value, onCommit, className = 'w-full', ...rest }: DraftProps) {
  const [draft, setDraft] = useState<string | null>(null);
  function commit(): void {
    if (draft !== null && draft !== value) onCommit(draft);
    setDraft(null);
  }
  return (
    <TextField
      {...rest}
      className={className}
      value={draft ?? value}
      onChange={(event) => setDraft(event.target.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit();
        if (event.key === 'Escape') setDraft(null);
      }}
    />
  );
}
