import { chooseFolder, type Sheet } from './sheetStore.ts';

/** Which files go along: those of a folder, or the script alone. */
export function FolderField({ sheet: { folders, request, isSubmitting } }: { sheet: Sheet }) {
  if (folders.length === 0) return null;
  const options = [...folders.map((folder) => ({ folder, name: nameOf(folder), detail: folder })), { folder: null, name: 'The script alone', detail: null }];
  return (
    <fieldset disabled={isSubmitting} className="flex flex-col gap-0.5">
      <legend className="mb-1 font-semibold">What goes along</legend>
      {options.map(({ folder, name, detail }) => (
        <label key={folder ?? ''} className="flex min-w-0 items-center gap-2">
          <input type="radio" name="folder" className="accent-accent" checked={request.folder === folder} onChange={() => chooseFolder(folder)} />
          <span className="shrink-0">{name}</span>
          {detail !== null && (
            <span className="min-w-0 truncate text-xs text-muted" title={detail}>
              {detail}
            </span>
          )}
        </label>
      ))}
    </fieldset>
  );
}

function nameOf(folder: string): string {
  const name = folder.split(/[/\\]/).filter((part) => part !== '').at(-1);
  return `The folder ${name ?? folder}`;
}
