import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { troubleOf } from '../components/growing';
import { RunEvents } from '../components/RunEvents';
import { type IRunActions, RunActions } from '../components/RunActions';
import { TaskMatrix } from '../components/TaskMatrix';
import { Trouble } from '../components/Trouble';
import { TranslatorContext } from '../hooks/useTranslator';
import { useSignal } from '../hooks/useSignal';
import { useVisible } from '../hooks/useVisible';
import { RunModel } from '../model/run';
import type { IRunManager } from '../tokens';

const MATRIX_HEIGHT = 84;

export interface InlineDetailProps {
  readonly manager: IRunManager;
  readonly run: string;
  readonly trans: TranslationBundle;
  readonly actions: IRunActions;
  readonly onOpen: () => void;
  readonly onOpenTask: (task: number) => void;
  /** Another number whenever the colours of the page are. */
  readonly theme?: number;
}

/** A run below its row: its tasks, what it waits for, what happened last, and the buttons. */
export function InlineDetail(props: InlineDetailProps): React.JSX.Element {
  const { manager, run, trans } = props;
  const [model, setModel] = React.useState<RunModel | null>(null);
  const host = React.useRef<HTMLDivElement>(null);
  const visible = useVisible(host);
  React.useEffect(() => {
    const made = new RunModel(manager, run);
    setModel(made);
    return () => {
      made.dispose();
    };
  }, [manager, run]);
  React.useEffect(() => {
    if (model !== null) {
      model.shown = visible;
    }
  }, [model, visible]);
  return (
    <TranslatorContext.Provider value={trans}>
      <div ref={host} className="cb-InlineDetail">
        {model !== null && !model.isDisposed && <Known {...props} model={model} />}
      </div>
    </TranslatorContext.Provider>
  );
}

interface KnownProps extends InlineDetailProps {
  readonly model: RunModel;
}

function Known(props: KnownProps): React.JSX.Element {
  const { model, trans, actions, onOpen, onOpenTask, theme = 0 } = props;
  const detail = useSignal(model.changed, () => model.detail);
  const states = useSignal(model.changed, () => model.states);
  const events = useSignal(model.changed, () => model.events);
  const error = useSignal(model.changed, () => model.error);
  const deleted = useSignal(model.changed, () => model.deleted);
  const describe = React.useCallback(() => '', []);
  if (detail === null) {
    return error === null ? (
      <p className="cb-InlineDetail-note">{trans.__('Reading the run…')}</p>
    ) : (
      <Trouble error={error} onRetry={() => model.refresh()} />
    );
  }
  const trouble = troubleOf(detail);
  return (
    <>
      {error !== null && !deleted && <Trouble error={error} onRetry={() => model.refresh()} />}
      {states.length > 1 && (
        <TaskMatrix
          states={states}
          open={null}
          theme={theme}
          maxHeight={MATRIX_HEIGHT}
          describe={describe}
          onOpen={onOpenTask}
        />
      )}
      {trouble !== '' && <p className="cb-InlineDetail-reason">{trouble}</p>}
      <RunEvents events={events} since={detail.submitted} />
      {!deleted && <RunActions run={detail} actions={actions} compact />}
      <button type="button" className="cb-Link" onClick={onOpen}>
        {trans.__('Open in a tab')}
      </button>
    </>
  );
}
