/** Runs that another computer has started: what is said of them, and of what cannot be done to them from here. */
import type { TranslationBundle } from '@jupyterlab/translation';

/** What such a run is, beside its name. */
export function startedElsewhere(trans: TranslationBundle): string {
  return trans.__('started on another computer');
}

/** Why it cannot be changed here, and what can be done instead; nothing of a run that was started here. */
export function whyUnchangeable(
  { elsewhere }: { readonly elsewhere: boolean },
  trans: TranslationBundle
): string {
  return elsewhere
    ? trans.__(
        'Only where the run was started, which is another computer; from here it is followed, and can be cancelled as a whole.'
      )
    : '';
}
