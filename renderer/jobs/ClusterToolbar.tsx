import { LoaderCircle, MonitorPlay, Ship, SlidersHorizontal, Settings2 } from 'lucide-react';
import { runCommand, useCommandKey } from '../commands/index.ts';
import { HealthMark, showConnection, useConnections } from '../connections/index.ts';
import { useEditorsStore } from '../editor/index.ts';
import { editProfile, newProfile, useProfiles } from '../profiles/index.ts';
import { changeSettings } from '../settings/index.ts';
import { Button, Select, Tooltip } from '../ui/index.ts';
import { useSheet } from './sheetStore.ts';
import { chooseTarget, useProfileChoice, useTarget } from './target.ts';
import { placeText, shortPlace } from './words.ts';

// Values of the lists that are no connection and no profile; ids hold no colon at their beginning.
const local = ':local';
const manage = ':manage';
const plain = ':plain';
const edit = ':edit';
const add = ':add';

/** Where Run on cluster goes, with which profile, and the button. */
export function ClusterToolbar() {
  return (
    <div role="group" aria-label="Running on a cluster" className="flex min-w-0 items-center gap-1">
      <TargetSelect />
      <ProfileSelect />
      <RunOnClusterButton />
    </div>
  );
}

function TargetSelect() {
  const target = useTarget();
  const connections = useConnections((state) => state.connections);
  const options = [
    { value: local, label: 'This computer', icon: <MonitorPlay size={14} aria-hidden /> },
    ...connections.map((one) => ({
      value: String(one.id),
      label: placeText(one.name, one.namespace),
      short: shortPlace(one.name, one.namespace),
      icon: <HealthMark connection={one} />,
      disabled: one.problem !== null,
      danger: one.production,
    })),
    { value: manage, label: 'Connections…', icon: <Settings2 size={14} aria-hidden /> },
  ];

  function choose(value: string): void {
    if (value === manage) showConnection(target?.id ?? null);
    else chooseTarget(connections.find((one) => one.id === value) ?? null);
  }

  return (
    <Select
      label="Target"
      value={target?.id ?? local}
      options={options}
      onChange={choose}
      className={target?.production === true ? 'min-w-24 max-w-80 shrink border-danger bg-danger-soft font-medium text-danger' : 'min-w-24 max-w-80 shrink'}
    />
  );
}

function ProfileSelect() {
  const profiles = useProfiles((state) => state.profiles);
  const chosen = useProfileChoice();
  const options = [
    ...(profiles.length === 0 ? [{ value: plain, label: 'default' }] : []),
    ...profiles.map((one) => ({ value: String(one.id), label: one.name })),
    ...(chosen === null ? [] : [{ value: edit, label: `Edit ${chosen.name}…`, icon: <SlidersHorizontal size={14} aria-hidden /> }]),
    { value: add, label: 'New profile…', icon: <SlidersHorizontal size={14} aria-hidden /> },
  ];

  function choose(value: string): void {
    if (value === add) newProfile();
    else if (value === edit && chosen !== null) editProfile(chosen.name);
    else if (profiles.some((one) => one.id === value)) void changeSettings({ profile: value });
  }

  return <Select label="Profile" value={chosen?.id ?? plain} options={options} onChange={choose} className="min-w-16 max-w-40 shrink" />;
}

function RunOnClusterButton() {
  const hasTab = useEditorsStore((state) => state.activeId !== null);
  const target = useTarget();
  const key = useCommandKey('job.run');
  const isChecking = useSheet(({ sheet }) => sheet !== null && !sheet.isShown);
  const place = target === null ? null : placeText(target.name, target.namespace);
  return (
    <Tooltip text={place === null ? 'Run the file on a cluster' : `Run the file on ${place}`} shortcut={key}>
      <Button variant={target?.production === true ? 'danger' : target === null ? 'secondary' : 'primary'} disabled={!hasTab} aria-busy={isChecking} onClick={() => runCommand('job.run')}>
        {isChecking ? <LoaderCircle size={14} aria-hidden className="animate-spin" /> : <Ship size={14} aria-hidden />}
        <span className="max-[680px]:sr-only">Run on cluster</span>
      </Button>
    </Tooltip>
  );
}
