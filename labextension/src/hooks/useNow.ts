import * as React from 'react';

/** The clock's time in seconds; while `going`, read again each second. */
export function useNow(clock: { now: () => number }, going: boolean): number {
  const [, tick] = React.useReducer((turn: number) => turn + 1, 0);
  React.useEffect(() => {
    if (!going) {
      return;
    }
    const timer = setInterval(tick, 1000);
    return () => {
      clearInterval(timer);
    };
  }, [going]);
  return clock.now();
}
