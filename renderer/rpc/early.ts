import { core } from './index.ts';

type StoredTabs = Awaited<ReturnType<typeof core.editors.load>>;

let early: Promise<StoredTabs> | null = null;

/** Asks for the tabs as soon as there is a connection, while the window's code is still on its way. */
export function askForTabs(): void {
  early = core.editors.load();
  // Told by who takes it.
  early.catch(() => {});
}

/** The answer to the early question, the first time; asks anew after that. @throws AppError as editors.load does */
export function takeTabs(): Promise<StoredTabs> {
  const answer = early ?? core.editors.load();
  early = null;
  return answer;
}
