import type { ISignal } from '@lumino/signaling';
import { useCallback, useSyncExternalStore } from 'react';

/**
 * What `read` gives now, read again whenever the signal is emitted.
 *
 * `read` must give the same (`===`) value as long as nothing has changed.
 */
export function useSignal<Sender, Args, Value>(
  signal: ISignal<Sender, Args>,
  read: () => Value
): Value {
  const subscribe = useCallback(
    (changed: () => void) => {
      signal.connect(changed);
      return () => {
        signal.disconnect(changed);
      };
    },
    [signal]
  );
  return useSyncExternalStore(subscribe, read);
}
