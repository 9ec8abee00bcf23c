/** As much of a store as is needed to wait for it. */
interface Followable<State> {
  getState(): State;
  subscribe(listener: (state: State) => void): () => void;
}

/** Resolves once a store's state is as wanted; at once if it is. */
export function untilState<State>(store: Followable<State>, isWanted: (state: State) => boolean): Promise<void> {
  return new Promise((resolve) => {
    if (isWanted(store.getState())) return resolve();
    const stop = store.subscribe((state) => {
      if (!isWanted(state)) return;
      stop();
      resolve();
    });
  });
}
