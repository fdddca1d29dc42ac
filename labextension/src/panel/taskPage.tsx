import { Clipboard } from '@jupyterlab/apputils';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

import { CommandIDs } from '../commands';
import { FileList } from '../components/FileList';
import { type ISection, Sections } from '../components/Sections';
import { TaskFacts } from '../components/TaskFacts';
import { TaskHead } from '../components/TaskHead';
import { Traceback } from '../components/Traceback';
import { Trouble } from '../components/Trouble';
import { assertNever } from '../assert';
import { whyUnchangeable } from '../elsewhere';
import { count } from '../format';
import { useNow } from '../hooks/useNow';
import { useSignal } from '../hooks/useSignal';
import { useTranslator } from '../hooks/useTranslator';
import { useVisible } from '../hooks/useVisible';
import type { TaskDetail } from '../api/client';
import { screenLines } from '../model/screen';
import { plainLines } from '../model/logSearch';
import type { TaskModel } from '../model/task';
import type { IRunManager } from '../tokens';
import { CurvesPart } from './curvesPart';
import { TaskLog } from './taskLog';
import { TaskOutputs } from './taskOutputs';

export interface TaskPageProps {
  readonly model: TaskModel;
  readonly manager: IRunManager;
  readonly rendermime: IRenderMimeRegistry;
  readonly commands: CommandRegistry;
  readonly onShowMachine?: (machine: string) => void;
}

type Part = 'log' | 'outputs' | 'curves' | 'files' | 'error' | 'facts';

const CURVE_HEIGHT = 240;

/** Everything about a task. It is kept up to date while it can be seen. */
export function TaskPage(props: TaskPageProps): React.JSX.Element {
  const { model, manager } = props;
  const trans = useTranslator();
  const host = React.useRef<HTMLDivElement>(null);
  const visible = useVisible(host);
  const detail = useSignal(model.changed, () => model.detail);
  const error = useSignal(model.changed, () => model.error);
  const [chosen, setChosen] = React.useState<Part | null>(null);
  const part = chosen ?? (detail === null ? null : firstPart(detail));
  const now = useNow(manager, visible && detail?.state === 'running');
  React.useEffect(() => {
    model.shown = visible;
    model.log.shown = visible && part === 'log';
    model.outputs.shown = visible && part === 'outputs';
  }, [model, visible, part]);
  return (
    <div ref={host} className="cb-TaskPage">
      {error !== null && <Trouble error={error} onRetry={() => model.poke()} />}
      {detail === null && error === null && (
        <p className="cb-Log-empty">{trans.__('Reading the task…')}</p>
      )}
      {detail !== null && part !== null && (
        <Known {...props} detail={detail} part={part} now={now} onPart={setChosen} />
      )}
    </div>
  );
}

interface KnownProps extends TaskPageProps {
  readonly detail: TaskDetail;
  readonly part: Part;
  readonly now: number;
  readonly onPart: (part: Part) => void;
}

function Known(props: KnownProps): React.JSX.Element {
  const { model, manager, commands, detail, part, now, onPart } = props;
  const trans = useTranslator();
  const { run, index } = model;
  const elsewhere = useSignal(manager.runChanged, () => manager.peek(run)?.elsewhere ?? false);
  const reported = useSignal(model.curves.changed, () => model.curves.total);
  const execute = (id: string, args: object): void => {
    // what goes wrong is said by the command
    void commands.execute(id, { ...args }).catch(() => undefined);
  };
  const sections: readonly (ISection & { readonly id: Part })[] = [
    { id: 'log', label: trans.__('Log') },
    { id: 'outputs', label: trans.__('Outputs') },
    ...(reported > 0 ? [{ id: 'curves' as const, label: trans.__('Curve') }] : []),
    ...filesSection(detail, trans.__('Files')),
    ...(hasError(detail) ? [{ id: 'error' as const, label: trans.__('Error') }] : []),
    { id: 'facts', label: trans.__('Details') }
  ];
  const shown = sections.some(({ id }) => id === part) ? part : 'log';
  return (
    <>
      <TaskHead
        detail={detail}
        now={now}
        reason={whyUnchangeable({ elsewhere }, trans)}
        onCancel={() => execute(CommandIDs.cancelRun, { run, tasks: [index] })}
        onRetryFailed={() => execute(CommandIDs.retryRun, { run, which: 'failed' })}
        onCopyParams={() => execute(CommandIDs.copyParams, { run, task: index })}
        onOpenTask={(source, task) => execute(CommandIDs.openTask, { run: source, task })}
      />
      <Sections
        sections={sections}
        shown={shown}
        label={trans.__('Parts of the task')}
        onShow={id => onPart(sections.find(section => section.id === id)?.id ?? 'log')}
      >
        <Shown {...props} part={shown} />
      </Sections>
    </>
  );
}

function Shown({
  model,
  manager,
  rendermime,
  commands,
  detail,
  part,
  now,
  onShowMachine
}: KnownProps): React.JSX.Element {
  const usage = useSignal(model.changed, () => model.usage);
  const { run, index } = model;
  const traceback = detail.traceback;
  const lines = React.useMemo(() => tracebackLines(traceback), [traceback]);
  switch (part) {
    case 'log':
      return (
        <TaskLog
          model={model.log}
          live={detail.state === 'running' || detail.state === 'queued'}
          logUrl={manager.client.logUrl(run, index)}
          fileName={`${run}-task${index}.txt`}
        />
      );
    case 'outputs':
      return <TaskOutputs model={model.outputs} rendermime={rendermime} />;
    case 'curves':
      return <CurvesPart model={model.curves} height={CURVE_HEIGHT} />;
    case 'files':
      return (
        <FileList
          files={detail.files}
          onDownload={path => {
            void commands
              .execute(CommandIDs.downloadFile, { run, task: index, path })
              .catch(() => undefined);
          }}
        />
      );
    case 'error':
      return (
        <Traceback
          error={detail.error}
          frames={detail.frames}
          lines={lines}
          onCopy={() => Clipboard.copyToSystem(plainLines(lines))}
        />
      );
    case 'facts':
      return (
        <TaskFacts
          detail={detail}
          usage={usage}
          now={now}
          {...(onShowMachine && { onShowMachine })}
          onCopyParams={() => {
            void commands
              .execute(CommandIDs.copyParams, { run, task: index })
              .catch(() => undefined);
          }}
        />
      );
    default:
      return assertNever(part);
  }
}

function filesSection({ files }: TaskDetail, label: string): (ISection & { id: 'files' })[] {
  return files.length === 0 ? [] : [{ id: 'files', label, note: count(files.length) }];
}

function hasError(detail: TaskDetail): boolean {
  return detail.error !== null || detail.traceback.length > 0;
}

/** Of a task that failed one wants to know why, of others what they print. */
function firstPart(detail: TaskDetail): Part {
  return detail.state === 'failed' && hasError(detail) ? 'error' : 'log';
}

/** Characters of a traceback that are shown: its end. */
const MOST = 200_000;

function tracebackLines(traceback: readonly string[]): ReturnType<typeof screenLines> {
  const text = traceback.map(part => part.replace(/\n$/, '')).join('\n');
  return screenLines(text.slice(-MOST));
}
