/**
 * What the window loads may fail to arrive: a network that changes (another Wi-Fi, a VPN, the interface of a container) makes Chromium
 * break the requests under way, those to this very computer too (net::ERR_NETWORK_CHANGED). So it is asked for again after these pauses,
 * in milliseconds; what still does not come then is not there.
 */
const pausesMs = [100, 250, 500, 1000, 2000];

/** Longer than a frame's first word takes after its load event, on a slow machine too: a frame that has nothing to say is loaded again. */
const silentMs = 1000;

/** How `fetch` and `import()` fail when nothing arrived: a TypeError; the build's own wait for a chunk's styles says it in words. */
function isLoadFailure(error: unknown): boolean {
  return error instanceof TypeError || (error instanceof Error && error.message.startsWith('Unable to preload CSS'));
}

/**
 * Fetches or imports something, again with growing pauses, about four seconds in all, while it does not arrive.
 * Chromium does not remember a failed `import()`, so this is for those too.
 * @throws what it threw the last time, and at once what no failed request throws
 */
export async function again<T>(work: () => Promise<T>): Promise<T> {
  for (const pauseMs of pausesMs) {
    try {
      return await work();
    } catch (error) {
      if (!isLoadFailure(error)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return work();
}

/** Follows one frame, whose page posts a message as soon as its script runs. */
export interface FrameWatch {
  /** Such a message came. */
  heard(): void;
  stop(): void;
}

/** Loads a frame again whose page, or the script in it, did not arrive: it has loaded and says nothing. Gives up after a few times. */
export function watchFrame(frame: HTMLIFrameElement): FrameWatch {
  let isHeard = false;
  let tries = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function onLoad(): void {
    clearTimeout(timer);
    // Its first word mostly comes before the load event. Each load has one of its own: a frame that is moved loads anew.
    if (!isHeard) timer = setTimeout(reload, silentMs);
    isHeard = false;
  }

  function reload(): void {
    if (tries++ >= pausesMs.length) return;
    // What it is already navigates, too.
    frame.setAttribute('src', frame.src);
  }

  frame.addEventListener('load', onLoad);
  return {
    heard() {
      isHeard = true;
      clearTimeout(timer);
    },
    stop() {
      clearTimeout(timer);
      frame.removeEventListener('load', onLoad);
    },
  };
}
