import { type IRenderMimeRegistry, MimeModel } from '@jupyterlab/rendermime';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import type { IDisposable } from '@lumino/disposable';
import { Panel } from '@lumino/widgets';
import * as React from 'react';

import type { RetryWhich } from '../api/client';
import { CommandIDs } from '../commands';
import type { ICardActions } from '../components/CardActions';
import { RunCard, type RunCardProps } from '../components/RunCard';
import { useSignal } from '../hooks/useSignal';
import { TranslatorContext } from '../hooks/useTranslator';
import { CARD_MIME, type ICardPayload, type ISaid, readCard } from '../model/cardPayload';
import { LiveRun } from '../model/liveRun';
import type { IRunManager } from '../tokens';
import { watchVisibility } from './visibility';

/** What a card has of the application. */
export interface ICardServices {
  readonly manager: IRunManager;
  readonly commands: CommandRegistry;
  readonly trans: TranslationBundle;
  /** Renders the HTML of the same output where no server can tell how the run stands. */
  readonly rendermime: IRenderMimeRegistry;
}

/**
 * The output of a remote cell: its run, as the store has it.
 *
 * While the cell runs the kernel sends the output again and again: that changes only what the tasks say, and the HTML
 * that is shown where there is no server extension.
 */
export class RunCardRenderer extends Panel implements IRenderMime.IRenderer {
  constructor(private readonly services: ICardServices) {
    super();
    this.addClass('cb-RunCardOutput');
    this.body = new CardBody(services);
    this.addWidget(this.body);
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this.model = model;
    const card = readCard(model.data[CARD_MIME]);
    const heard = card?.run === this.live?.run ? card : null; // what a saved notebook says is over
    if (card === null) {
      this.live?.dispose();
      this.live = null;
    } else if (card.run !== this.live?.run) {
      this.live?.dispose();
      this.live = new LiveRun(this.services.manager, card.run);
      this.live.changed.connect(this.onChanged, this);
      this.live.shown = this.inView;
    }
    this.body.present(this.live, recordedText(model), heard, card?.found ?? []);
    await this.showRightOne();
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this.seen?.dispose();
    this.live?.dispose();
    super.dispose();
  }

  protected override onAfterAttach(): void {
    this.seen?.dispose();
    this.seen = watchVisibility(this.node, isVisible => {
      this.setInView(isVisible);
    });
  }

  protected override onBeforeDetach(): void {
    this.seen?.dispose();
    this.seen = null;
    this.setInView(false);
  }

  private setInView(inView: boolean): void {
    this.inView = inView;
    this.body.setShown(inView);
    if (this.live !== null) {
      this.live.shown = inView;
    }
  }

  private onChanged(): void {
    this.body.update();
    void this.showRightOne();
  }

  /** The card; or what the kernel drew, if nobody can tell how the run stands. */
  private async showRightOne(): Promise<void> {
    const { live, model } = this;
    const isKnown = live !== null && live.standing.kind !== 'unavailable';
    this.body.setHidden(!isKnown);
    this.fallback?.setHidden(isKnown);
    if (isKnown || model === null) {
      return;
    }
    const { rendermime } = this.services;
    const data = Object.fromEntries(
      Object.entries(model.data).filter(([mimeType]) => mimeType !== CARD_MIME)
    );
    const recorded = new MimeModel({ data, metadata: model.metadata, trusted: false });
    const mimeType = rendermime.preferredMimeType(recorded.data, 'ensure');
    if (mimeType === undefined) {
      return;
    }
    if (this.fallback === null || mimeType !== this.fallbackType) {
      this.fallback?.dispose();
      this.fallback = rendermime.createRenderer(mimeType);
      this.fallbackType = mimeType;
      this.addWidget(this.fallback);
    }
    await this.fallback.renderModel(recorded);
  }

  private readonly body: CardBody;
  private live: LiveRun | null = null;
  private model: IRenderMime.IMimeModel | null = null;
  private fallback: IRenderMime.IRenderer | null = null;
  private fallbackType = '';
  private seen: IDisposable | null = null;
  private inView = false;
}

/** The React part of a card. */
class CardBody extends ReactWidget {
  constructor(private readonly services: ICardServices) {
    super();
  }

  present(
    live: LiveRun | null,
    recorded: string,
    heard: ICardPayload | null,
    found: readonly string[]
  ): void {
    if (live !== this.live) {
      this.live = live;
      this.actions = live === null ? null : actionsOf(this.services.commands, live.run);
    }
    this.recorded = recorded;
    this.said = heard?.said ?? [];
    this.progress = heard?.standing ?? '';
    this.found = found;
    this.update();
  }

  setShown(shown: boolean): void {
    this.shown = shown;
    this.update();
  }

  protected render(): React.JSX.Element | null {
    const { live, actions } = this;
    if (live === null || actions === null) {
      return null;
    }
    return (
      <TranslatorContext.Provider value={this.services.trans}>
        <LiveCard
          manager={this.services.manager}
          run={live.run}
          standing={live.standing}
          recorded={this.recorded}
          said={this.said}
          progress={this.progress}
          found={this.found}
          shown={this.shown}
          clock={this.services.manager}
          actions={actions}
        />
      </TranslatorContext.Provider>
    );
  }

  private live: LiveRun | null = null;
  private actions: ICardActions | null = null;
  private recorded = '';
  private said: readonly ISaid[] = [];
  private progress = '';
  private found: readonly string[] = [];
  private shown = false;
}

interface LiveCardProps extends Omit<RunCardProps, 'machines'> {
  readonly manager: IRunManager;
}

function LiveCard({ manager, ...props }: LiveCardProps): React.JSX.Element {
  const machines = useSignal(
    manager.statusChanged,
    () => manager.status?.machines.find(({ run }) => run === props.run) ?? null
  );
  return <RunCard {...props} machines={machines} />;
}

function actionsOf(commands: CommandRegistry, run: string): ICardActions {
  const execute = (id: string, more: { which?: RetryWhich } = {}): (() => void) => {
    return () => {
      void commands.execute(id, { run, ...more }).catch(() => undefined);
    };
  };
  return {
    open: execute(CommandIDs.openRun),
    cancel: execute(CommandIDs.cancelRun),
    retry: execute(CommandIDs.retryRun),
    retryFailed: execute(CommandIDs.retryRun, { which: 'failed' }),
    collect: execute(CommandIDs.collectRun)
  };
}

/** The first line of the plain text of an output. */
function recordedText(model: IRenderMime.IMimeModel): string {
  const text = model.data['text/plain'];
  const all = Array.isArray(text) ? text.join('') : text;
  return typeof all === 'string' ? (all.split('\n', 1)[0] ?? '') : '';
}
