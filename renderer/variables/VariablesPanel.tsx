import { useEffect, useState } from 'react';
import { useEditorsStore } from '../editor/index.ts';
import { useRunsStore } from '../runs/index.ts';
import { EmptyState, Region, SearchField } from '../ui/index.ts';
import { formatBytes } from '../lib/units.ts';
import { refreshVariables, useVariables } from './variablesStore.ts';

/** Variables that are listed; more are found by the filter. */
const mostRows = 300;

/** The variables of the tab in front, as they were after its last run. */
export function VariablesPanel() {
  const tabId = useEditorsStore((state) => state.activeId);
  const run = useRunsStore((state) => (tabId === null ? undefined : state.byTab.get(tabId)));
  const ended = useRunsStore((state) => state.ended);
  const state = useVariables((store) => store.state);
  const [filter, setFilter] = useState('');
  const isRunning = run !== undefined;

  useEffect(() => void refreshVariables(tabId), [tabId, ended, isRunning]);

  const all = state.status === 'known' ? state.variables : [];
  const wanted = filter.trim().toLowerCase();
  const found = wanted === '' ? all : all.filter((one) => `${one.name} ${one.type}`.toLowerCase().includes(wanted));
  return (
    <Region
      name="Variables"
      actions={all.length > 0 && <SearchField label="Filter variables" className="w-40" value={filter} onChange={(event) => setFilter(event.target.value)} />}
    >
      {state.status === 'failed' ? (
        <EmptyState title="The variables cannot be read">{state.message} Run the tab again to have new ones.</EmptyState>
      ) : all.length === 0 ? (
        <EmptyState title={isRunning ? 'Running' : 'No variables yet'}>
          {isRunning ? 'Variables are shown when the run has ended.' : 'What a run defines stays here until the kernel is restarted, for the next run to use.'}
        </EmptyState>
      ) : (
        <div className="h-full overflow-auto" tabIndex={0} role="group" aria-label="List of variables" aria-busy={state.status === 'known' && state.isOld}>
          <table className={`w-full table-fixed border-collapse text-[12px] leading-5 ${state.status === 'known' && state.isOld ? 'text-muted' : ''}`}>
            <thead className="sticky top-0 bg-bg text-left text-muted">
              <tr>
                <th scope="col" className="w-[28%] px-3 py-1 font-medium">
                  Name
                </th>
                <th scope="col" className="w-[24%] px-2 py-1 font-medium">
                  Type
                </th>
                <th scope="col" className="px-2 py-1 font-medium">
                  Value
                </th>
              </tr>
            </thead>
            <tbody className="font-mono">
              {found.slice(0, mostRows).map((one) => (
                <tr key={one.name} className="border-t border-line hover:bg-hover" title={one.sizeBytes === null ? undefined : formatBytes(one.sizeBytes)}>
                  <th scope="row" className="truncate px-3 py-0.5 text-left font-medium">
                    {one.name}
                  </th>
                  <td className="truncate px-2 py-0.5 text-accent-text">{one.type}</td>
                  <td className="truncate px-2 py-0.5" title={one.value}>
                    {one.value}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {found.length === 0 && <p className="px-3 py-2 text-muted">No variable has “{filter}” in its name or type.</p>}
          {found.length > mostRows && <p className="px-3 py-2 text-muted">{found.length - mostRows} more: filter to find them.</p>}
        </div>
      )}
    </Region>
  );
}
