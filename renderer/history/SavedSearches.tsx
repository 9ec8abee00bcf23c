import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Button, Dialog, IconButton, reportError, TextField } from '../ui/index.ts';
import { history } from './historyStore.ts';
import { applySearch, deleteSearch, saveSearch, useSearches } from './searchesStore.ts';
import { closePage, useHistoryPage } from './historyPages.ts';

/** Searches by name: to be used, saved and deleted. */
export function SavedSearches() {
  const isOpen = useHistoryPage((state) => state.page?.name === 'searches');
  return isOpen ? <Searches /> : null;
}

function Searches() {
  const searches = useSearches((state) => state.searches);
  const filter = history.useStore((state) => state.filter);
  const [name, setName] = useState(filter.search ?? '');

  function save(): void {
    const trimmed = name.trim().slice(0, 100);
    if (trimmed !== '') saveSearch(trimmed, filter).catch(reportError);
  }

  return (
    <Dialog
      open
      width="small"
      title="Saved searches"
      description="A saved search keeps the words and filters of the history as they are now."
      onOpenChange={(open) => {
        if (!open) closePage();
      }}
    >
      <div className="flex gap-2">
        <TextField
          aria-label="Name of the search"
          placeholder="Name of the search"
          className="min-w-0 grow"
          value={name}
          onChange={(event) => setName(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') save();
          }}
        />
        <Button onClick={save} disabled={name.trim() === ''}>
          Save this search
        </Button>
      </div>
      <ul aria-label="Saved searches" className="mt-3 flex flex-col">
        {searches.map((search) => (
          <li key={search.id} className="flex items-center gap-1">
            <button
              type="button"
              className="min-w-0 grow truncate rounded-md px-2 py-1.5 text-left hover:bg-hover"
              onClick={() => {
                void applySearch(search);
                closePage();
              }}
            >
              {search.name}
            </button>
            <IconButton label={`Delete the search ${search.name}`} size="small" onClick={() => deleteSearch(search.id).catch(reportError)}>
              <Trash2 size={14} aria-hidden />
            </IconButton>
          </li>
        ))}
        {searches.length === 0 && <li className="px-2 py-1 text-muted">None yet: search or filter the history, then save it here by a name.</li>}
      </ul>
    </Dialog>
  );
}
