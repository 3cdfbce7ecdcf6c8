/**
 * Stands in for `setInterval` while a route is tested.
 *
 * @module
 */

/**
 * Runs `work` with intervals that only `tick` fires; others than `intervalMs` are left alone.
 *
 * @param work gets what fires all of them, and how many there are.
 */
export async function withFakeIntervals(
  intervalMs: number,
  work: (tick: () => void, timers: () => number) => Promise<void>,
): Promise<void> {
  const { setInterval, clearInterval } = globalThis;
  const callbacks = new Map<unknown, () => void>();
  const set = (callback: () => void, waitMs: number) => {
    if (waitMs !== intervalMs) return setInterval(callback, waitMs);
    const timer = Symbol("timer");
    callbacks.set(timer, callback);
    return timer;
  };
  const clear = (timer: unknown) => {
    if (!callbacks.delete(timer)) clearInterval(timer as number);
  };
  Object.assign(globalThis, { setInterval: set, clearInterval: clear });
  try {
    await work(() => callbacks.forEach((callback) => callback()), () => callbacks.size);
  } finally {
    Object.assign(globalThis, { setInterval, clearInterval });
  }
}
