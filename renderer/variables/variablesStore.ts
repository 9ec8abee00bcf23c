import { create } from 'zustand';
import { toAppError, type TabId } from '../../contract/index.ts';
import { kernelOf, useRunsStore } from '../runs/index.ts';
import type { Variables } from '../runner/index.ts';

type Variable = Variables['variables'][number];

/** What is known of the variables of one tab. */
export type VariablesState =
  | { status: 'empty' }
  /** `isOld`: a run is going on, or they could not be read since. */
  | { status: 'known'; tabId: TabId; variables: readonly Variable[]; isOld: boolean }
  | { status: 'failed'; tabId: TabId; message: string };

export const useVariables = create<{ state: VariablesState }>()(() => ({ state: { status: 'empty' } }));

let asked = 0;

/** Reads the variables of a tab again, between its runs. */
export async function refreshVariables(tabId: TabId | null): Promise<void> {
  const mine = ++asked;
  if (tabId === null) {
    useVariables.setState({ state: { status: 'empty' } });
    return;
  }
  const before = useVariables.getState().state;
  const isSame = before.status === 'known' && before.tabId === tabId;
  if (useRunsStore.getState().byTab.has(tabId)) {
    useVariables.setState({ state: isSame ? { ...before, isOld: true } : { status: 'known', tabId, variables: [], isOld: true } });
    return;
  }
  try {
    const { variables } = await kernelOf(tabId).inspect();
    if (mine === asked) useVariables.setState({ state: { status: 'known', tabId, variables, isOld: false } });
  } catch (caught) {
    const error = toAppError(caught);
    // A run began meanwhile: its end asks again.
    if (mine !== asked || error.code === 'CONFLICT') return;
    useVariables.setState({ state: { status: 'failed', tabId, message: error.message } });
  }
}
