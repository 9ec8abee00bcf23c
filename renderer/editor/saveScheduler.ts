/** When what was touched is saved: `delayMs` after the last touch, but at most `maxDelayMs` after the first. */
export interface SaveTiming {
  delayMs: number;
  maxDelayMs: number;
}

export interface SaveScheduler<Id extends string> {
  /** Something about `id` changed and is to be saved; a sooner timing wins over a later one. */
  touch(id: Id, timing?: SaveTiming): void;
  /** Saves at once what is pending (of one id, or of all); resolves when nothing is pending any more, or saving fails. */
  flush(id?: Id): Promise<void>;
  /** Nothing more is to be saved of it. */
  forget(id: Id): void;
  /** Whether anything is not saved yet. */
  isPending(): boolean;
}

export interface SaveSchedulerOptions<Id extends string> {
  /** Saves the present state of `id`; called once at a time for each id. */
  save(id: Id): Promise<void>;
  timing: SaveTiming;
  /** Milliseconds after which a save that failed is tried again. */
  retryMs: number;
  onStatus(status: 'kept' | 'pending' | 'failing'): void;
}

interface Entry {
  firstTouchMs: number;
  /** May be later than the timer, which then only waits for the rest: a touch must cost nothing. */
  dueMs: number;
  timerMs: number;
  timer: ReturnType<typeof setTimeout>;
  timing: SaveTiming;
}

/**
 * Saves soon, not at each key; never two saves of one id at once; what is touched during its save is saved again after it;
 * what could not be saved stays pending and is tried again.
 */
export function createSaveScheduler<Id extends string>(options: SaveSchedulerOptions<Id>): SaveScheduler<Id> {
  const pending = new Map<Id, Entry>();
  const saving = new Map<Id, Promise<boolean>>();
  let failing = false;

  function tellStatus(): void {
    options.onStatus(failing && pending.size > 0 ? 'failing' : pending.size + saving.size > 0 ? 'pending' : 'kept');
  }

  function touch(id: Id, timing: SaveTiming = options.timing): void {
    const nowMs = Date.now();
    const known = pending.get(id);
    const firstTouchMs = known?.firstTouchMs ?? nowMs;
    const wantedMs = Math.min(nowMs + timing.delayMs, firstTouchMs + timing.maxDelayMs);
    const dueMs = known !== undefined && timing !== options.timing ? Math.min(known.dueMs, wantedMs) : wantedMs;
    if (known !== undefined && known.timerMs <= dueMs) known.dueMs = dueMs;
    else schedule(id, firstTouchMs, dueMs, timing);
    if (known === undefined || known.timing !== timing) tellStatus();
  }

  function schedule(id: Id, firstTouchMs: number, dueMs: number, timing: SaveTiming): void {
    clearTimeout(pending.get(id)?.timer);
    const timer = setTimeout(() => onTimer(id), Math.max(0, dueMs - Date.now()));
    pending.set(id, { firstTouchMs, dueMs, timerMs: dueMs, timer, timing });
  }

  function onTimer(id: Id): void {
    const entry = pending.get(id);
    if (entry !== undefined && entry.dueMs > Date.now()) schedule(id, entry.firstTouchMs, entry.dueMs, entry.timing);
    else void saveNow(id);
  }

  /** @returns whether it was saved */
  async function saveNow(id: Id): Promise<boolean> {
    const running = saving.get(id);
    if (running !== undefined) {
      await running;
      return pending.has(id) ? saveNow(id) : true;
    }
    const entry = pending.get(id);
    if (entry === undefined) return true;
    clearTimeout(entry.timer);
    pending.delete(id);
    const work = attempt(id, entry);
    saving.set(id, work);
    tellStatus();
    const saved = await work;
    saving.delete(id);
    tellStatus();
    return saved;
  }

  async function attempt(id: Id, { timing }: Entry): Promise<boolean> {
    try {
      await options.save(id);
      failing = false;
      return true;
    } catch {
      failing = true;
      // What was typed meanwhile has its own, sooner, turn.
      if (!pending.has(id)) schedule(id, Date.now(), Date.now() + options.retryMs, timing);
      return false;
    }
  }

  async function flush(id?: Id): Promise<void> {
    const ids = id === undefined ? [...new Set([...pending.keys(), ...saving.keys()])] : [id];
    await Promise.all(ids.map((one) => saveNow(one)));
  }

  function forget(id: Id): void {
    clearTimeout(pending.get(id)?.timer);
    pending.delete(id);
    tellStatus();
  }

  return { touch, flush, forget, isPending: () => pending.size + saving.size > 0 };
}
