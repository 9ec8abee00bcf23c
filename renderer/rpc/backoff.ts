/** Waits between attempts to connect, in milliseconds: 100, 200, 400, … at most 5,000. */
export function backoffMs(attempt: number): number {
  return Math.min(5000, 100 * 2 ** Math.min(attempt, 10));
}

/** After so long without a connection it counts as lost: calls fail instead of waiting. */
export const lostAfterMs = 10_000;
