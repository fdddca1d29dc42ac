import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';

import { LiveCounts } from '../components/LiveCounts';
import { useSignal } from '../hooks/useSignal';
import { TranslatorContext } from '../hooks/useTranslator';
import type { IRunManager } from '../tokens';

/** How much goes on, in the status bar. */
export class StatusItem extends ReactWidget {
  constructor(
    private readonly manager: IRunManager,
    private readonly trans: TranslationBundle,
    private readonly onClick: () => void
  ) {
    super();
    this.addClass('jp-mod-highlighted');
  }

  protected override render(): React.JSX.Element {
    return (
      <TranslatorContext.Provider value={this.trans}>
        <Counts manager={this.manager} onClick={this.onClick} />
      </TranslatorContext.Provider>
    );
  }
}

interface CountsProps {
  readonly manager: IRunManager;
  readonly onClick: () => void;
}

function Counts({ manager, onClick }: CountsProps): React.JSX.Element {
  const connection = useSignal(manager.connectionChanged, () => manager.connection);
  const status = useSignal(manager.statusChanged, () => manager.status);
  return <LiveCounts counts={status?.counts ?? null} connection={connection} onClick={onClick} />;
}
