/** Calls back when the page is about to draw again. */
export type NextFrame = (callback: () => void) => void;

const SLICE = 8;

export const nextFrame: NextFrame = callback => {
  requestAnimationFrame(() => callback());
};

/**
 * Do work in steps, at most a few milliseconds of it before each time that the page is drawn: whatever comes in, the
 * page can be scrolled and its buttons pressed.
 */
export async function inSlices(
  work: Iterator<void>,
  signal: AbortSignal,
  next: NextFrame = nextFrame
): Promise<void> {
  for (;;) {
    const started = performance.now();
    while (performance.now() - started < SLICE) {
      if (signal.aborted || work.next().done === true) {
        return;
      }
    }
    await new Promise<void>(resolve => {
      next(resolve);
    });
  }
}
