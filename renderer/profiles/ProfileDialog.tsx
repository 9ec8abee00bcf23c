import { useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { toAppError } from '../../contract/errors.ts';
import { ProfileName, type ProfileId } from '../../contract/profiles.ts';
import { core } from '../rpc/index.ts';
import { changeSettings, useSettings } from '../settings/index.ts';
import { ask, Button, Dialog, notify, TextField } from '../ui/index.ts';
import { formGroups, groupOf } from './formFields.ts';
import { GroupTabs, type GroupTab } from './GroupTabs.tsx';
import { ImportDialog } from './ImportDialog.tsx';
import { deleteProfile } from './profileActions.ts';
import { checkDraft, toDraft, type Faults } from './profileDraft.ts';
import { closeProfile, useProfileEditing, type EditedProfile } from './profileEditing.ts';
import { ProfileGroup } from './ProfileGroup.tsx';
import { ProfileYaml } from './ProfileYaml.tsx';
import { loadProfiles } from './profilesStore.ts';

/** Name of the tab that is no group of fields. */
const yamlTab = 'yaml';

/** The dialogs of job profiles: one profile being edited, or YAML being imported. */
export function ProfileDialogs() {
  const edited = useProfileEditing((state) => state.edited);
  return (
    <>
      {edited !== null && <ProfileDialog key={`${edited.id} ${edited.field ?? ''}`} edited={edited} />}
      <ImportDialog />
    </>
  );
}

/** Saved, and ready to run with. */
function tellSaved(id: ProfileId, name: string): void {
  const isChosen = useSettings.getState().settings.profile === id;
  notify({
    severity: 'success',
    message: `Saved “${name}”.`,
    ...(isChosen ? {} : { action: { label: 'Run with it from now on', run: () => void changeSettings({ profile: id }) } }),
  });
}

function ProfileDialog({ edited }: { edited: EditedProfile }) {
  const [first] = useState(() => toDraft(edited.settings));
  const [draft, setDraft] = useState(first);
  const [name, setName] = useState(edited.name);
  const [tab, setTab] = useState(edited.field === yamlTab ? yamlTab : groupOf(edited.field ?? ''));
  const [faults, setFaults] = useState<Faults>(new Map());
  const [problem, setProblem] = useState<string | null>(null);
  const [isSaving, setSaving] = useState(false);
  const body = useRef<HTMLDivElement>(null);
  const isChanged = draft !== first || name !== edited.name;

  const tabs: GroupTab[] = [
    ...formGroups.map(({ id, title }) => ({ id, title, isFaulty: [...faults.keys()].some((path) => groupOf(path) === id) })),
    { id: yamlTab, title: 'YAML', isFaulty: false },
  ];

  function change(next: typeof draft): void {
    setDraft(next);
    setProblem(null);
    // Once something was refused, each change is looked at: a fault goes as soon as it is mended.
    if (faults.size > 0) {
      const check = checkDraft(next);
      setFaults(check.ok ? new Map() : check.faults);
    }
  }

  function showFault(found: Faults): void {
    // Drawn at once, since what is typed next is meant for the field that needs a look.
    flushSync(() => {
      setFaults(found);
      setTab(groupOf([...found.keys()][0] ?? ''));
      setProblem(found.size === 1 ? 'One field needs a look.' : `${found.size} fields need a look.`);
    });
    body.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
  }

  async function save(): Promise<void> {
    const parsedName = ProfileName.safeParse(name);
    if (!parsedName.success) return setProblem('Give the profile a name of at most 100 characters.');
    const check = checkDraft(draft);
    if (!check.ok) return showFault(check.faults);
    setSaving(true);
    try {
      const saved = await core.profiles.save({ id: edited.id, name: parsedName.data, settings: check.settings });
      await loadProfiles();
      closeProfile();
      tellSaved(saved.id, saved.name);
    } catch (caught) {
      const error = toAppError(caught);
      setProblem([error.message, error.action].filter((part) => part !== undefined).join(' '));
    } finally {
      setSaving(false);
    }
  }

  async function close(): Promise<void> {
    if (isChanged) {
      const answer = await ask({
        title: 'Close without saving?',
        message: `What you changed about “${edited.name}” is lost.`,
        choices: [
          { id: 'stay', label: 'Go on editing' },
          { id: 'close', label: 'Close without saving', variant: 'danger' },
        ],
      });
      if (answer !== 'close') return;
    }
    closeProfile();
  }

  return (
    <Dialog
      open
      width="wide"
      title={edited.isNew ? 'New job profile' : 'Job profile'}
      onOpenChange={(open) => {
        if (!open) void close();
      }}
      footer={
        <>
          {!edited.isNew && (
            <Button
              size="large"
              variant="ghost"
              className="mr-auto text-danger!"
              onClick={() =>
                void deleteProfile(edited).then((isGone) => {
                  if (isGone) closeProfile();
                })
              }
            >
              Delete…
            </Button>
          )}
          <p role="alert" className="min-w-0 grow self-center text-right text-danger">
            {problem}
          </p>
          <Button size="large" onClick={() => void close()}>
            Cancel
          </Button>
          <Button size="large" variant="primary" disabled={isSaving} onClick={() => void save()}>
            Save
          </Button>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <div className="flex items-center gap-2 pb-3">
          <label htmlFor="profile-name" className="text-xs">
            Name
          </label>
          <TextField
            id="profile-name"
            aria-label="Name of the profile"
            className="min-w-0 max-w-80 grow"
            autoFocus={edited.field === null}
            value={name}
            maxLength={100}
            onChange={(event) => {
              setName(event.target.value);
              setProblem(null);
            }}
          />
        </div>
        {/* A height of its own: the dialog does not jump from group to group. */}
        <div className="flex h-[52vh] gap-5">
          <GroupTabs tabs={tabs} active={tab} onSelect={setTab} />
          <div ref={body} role="tabpanel" id="profile-group" aria-labelledby={`profile-tab-${tab}`} tabIndex={-1} className="min-h-0 min-w-0 grow overflow-auto pb-2 pr-1">
            {tab === yamlTab ? (
              <ProfileYaml draft={draft} name={name} />
            ) : (
              <ProfileGroup groupId={tab} draft={draft} faults={faults} focused={edited.field} onChange={change} />
            )}
          </div>
        </div>
        {/* Enter in a field saves. */}
        <button type="submit" hidden aria-hidden tabIndex={-1} />
      </form>
    </Dialog>
  );
}
