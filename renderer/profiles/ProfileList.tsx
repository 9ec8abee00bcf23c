import { Ellipsis, Plus, SlidersHorizontal } from 'lucide-react';
import type { Profile } from '../../contract/profiles.ts';
import { runCommand } from '../commands/index.ts';
import { formatSeconds } from './amounts.ts';
import { Button, Disclosure, IconButton, Menu, reportError } from '../ui/index.ts';
import { copyProfile, deleteProfile, downloadProfile } from './profileActions.ts';
import { editProfile, newProfile } from './profileEditing.ts';
import { useProfiles } from './profilesStore.ts';

/** The saved job profiles: pressed to be edited, with a menu for the rest. */
export function ProfileList() {
  const { loaded, profiles } = useProfiles();
  return (
    <Disclosure
      title="Job profiles"
      count={loaded ? profiles.length : null}
      actions={
        <IconButton label="New job profile" size="small" onClick={() => runCommand('profiles.new')}>
          <Plus size={15} aria-hidden />
        </IconButton>
      }
    >
      {profiles.length > 0 && (
        <ul aria-label="Job profiles" className="pb-1.5">
          {profiles.map((profile) => (
            <ProfileItem key={profile.id} profile={profile} />
          ))}
        </ul>
      )}
      {loaded && profiles.length === 0 && (
        <div className="px-3 pb-2.5">
          <p className="pb-2 text-muted">Runs go with the defaults: one core, 1 GiB, a public Python image. A profile names other settings.</p>
          <Button size="small" onClick={() => newProfile()}>
            New job profile…
          </Button>
        </div>
      )}
    </Disclosure>
  );
}

/** `1 CPU · 1Gi · python:3.13-slim`: what tells profiles apart. */
function summary({ settings, imagePython }: Profile): string {
  const devices = Object.entries(settings.extendedResources).map(([name, count]) => `${count} × ${name}`);
  const python = imagePython === null ? settings.image.replace(/^.*\/|@sha256:.*$/g, '') : `Python ${imagePython.version}`;
  return [`${settings.cpu} CPU`, settings.memory, ...devices, python, formatSeconds(settings.timeoutSeconds)].join(' · ');
}

function ProfileItem({ profile }: { profile: Profile }) {
  return (
    <li className="flex items-start gap-1 pl-3 pr-1.5 hover:bg-hover">
      <span className="mt-[7px] w-[18px] shrink-0 text-muted">
        <SlidersHorizontal size={14} aria-hidden />
      </span>
      <button type="button" className="min-w-0 grow py-1 text-left" title={`Edit ${profile.name}`} onClick={() => editProfile(profile.name)}>
        <span className="block truncate">{profile.name}</span>
        <span className="block truncate text-xs leading-4 text-muted">{summary(profile)}</span>
      </button>
      <Menu
        align="end"
        items={[
          { kind: 'item', label: 'Edit…', run: () => void editProfile(profile.name) },
          { kind: 'item', label: 'Duplicate…', run: () => newProfile({ name: profile.name, settings: profile.settings }) },
          { kind: 'item', label: 'Show the YAML…', run: () => void editProfile(profile.name, 'yaml') },
          { kind: 'separator' },
          { kind: 'item', label: 'Copy as YAML', run: () => void copyProfile(profile).catch(reportError) },
          { kind: 'item', label: 'Export as YAML', run: () => void downloadProfile(profile).catch(reportError) },
          { kind: 'separator' },
          { kind: 'item', label: 'Delete…', danger: true, run: () => void deleteProfile(profile) },
        ]}
      >
        <IconButton label={`More for ${profile.name}`} size="small" className="mt-1">
          <Ellipsis size={15} aria-hidden />
        </IconButton>
      </Menu>
    </li>
  );
}
