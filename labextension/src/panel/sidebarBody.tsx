import { Clipboard } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

import type { LiveMachines as LiveMachinesRow } from '../api/client';
import { CommandIDs } from '../commands';
import { EmptyState } from '../components/EmptyState';
import { FilterBar } from '../components/FilterBar';
import { LiveMachines } from '../components/LiveMachines';
import { Notice } from '../components/Notice';
import { isGoing } from '../components/runCost';
import { RunTree } from '../components/RunTree';
import { useNow } from '../hooks/useNow';
import { useSignal } from '../hooks/useSignal';
import { TranslatorContext } from '../hooks/useTranslator';
import type { RunList } from '../model/list';
import { noticesOf } from '../model/notices';
import type { Restarts } from '../model/restarts';
import { ALL_RUNS, isAll } from '../model/runFilter';
import { dayOf } from '../model/runGroups';
import { InlineDetail } from './inlineDetail';
import { actionsOf } from './runServices';

export interface ISidebarOptions {
  readonly list: RunList;
  readonly restarts: Restarts;
  readonly commands: CommandRegistry;
  readonly trans: TranslationBundle;
}

const NO_MACHINES: readonly LiveMachinesRow[] = [];

/** The list of runs, its filter, and what a person should know. */
export class SidebarBody extends ReactWidget {
  constructor(private readonly options: ISidebarOptions) {
    super();
    this.addClass('cb-Sidebar');
  }

  /** The colours of the page are others: what is painted is painted again. */
  repaint(): void {
    this.theme += 1;
    this.update();
  }

  protected override render(): React.JSX.Element {
    return (
      <TranslatorContext.Provider value={this.options.trans}>
        <Sidebar {...this.options} theme={this.theme} />
      </TranslatorContext.Provider>
    );
  }

  private theme = 0;
}

interface SidebarProps extends ISidebarOptions {
  readonly theme: number;
}

function Sidebar(options: SidebarProps): React.JSX.Element {
  const { list, commands, trans, theme } = options;
  const { pages, manager } = list;
  useSignal(list.changed, () => list.version);
  const now = useNow(manager, pages.shown && pages.rows.some(isGoing));
  const openRun = React.useCallback(
    (run: string) => void commands.execute(CommandIDs.openRun, { run }),
    [commands]
  );
  const renderDetail = React.useCallback(
    (run: string) => (
      <InlineDetail
        manager={manager}
        run={run}
        trans={trans}
        actions={actionsOf(commands, run)}
        theme={theme}
        onOpen={() => openRun(run)}
        onOpenTask={task => void commands.execute(CommandIDs.openTask, { run, task })}
      />
    ),
    [manager, commands, trans, theme, openRun]
  );
  const loadMore = React.useCallback(() => pages.loadMore(), [pages]);
  const live = useSignal(manager.statusChanged, () => manager.status?.machines ?? NO_MACHINES);
  const isEmpty = list.lines.length === 0;
  const isFiltered = !isAll(pages.filter);
  return (
    <>
      {(!isEmpty || isFiltered) && (
        <FilterBar
          filter={pages.filter}
          targets={list.targets}
          onChange={filter => {
            pages.filter = filter;
          }}
        />
      )}
      <Notices {...options} />
      <LiveMachines rows={live} onOpen={openRun} />
      {isEmpty && !pages.isLoading && pages.error === null ? (
        <EmptyState
          isFiltered={isFiltered}
          onShowAll={() => {
            pages.filter = ALL_RUNS;
          }}
          onCopy={text => Clipboard.copyToSystem(text)}
        />
      ) : (
        <RunTree
          lines={list.lines}
          hasMore={pages.hasMore}
          expanded={list.expanded}
          isCompact={list.isCompact}
          now={now}
          today={dayOf(now)}
          isDayKnown={list.grouping === 'day'}
          renderDetail={renderDetail}
          onExpand={run => {
            list.expanded = run;
          }}
          onToggleGroup={key => list.toggleGroup(key)}
          onLoadMore={loadMore}
          onOpen={openRun}
        />
      )}
    </>
  );
}

function Notices({ list, restarts, commands, trans }: ISidebarOptions): React.JSX.Element {
  const { pages, manager } = list;
  const notices = noticesOf(
    {
      connection: useSignal(manager.connectionChanged, () => manager.connection),
      connectionError: useSignal(manager.connectionChanged, () => manager.error),
      status: useSignal(manager.statusChanged, () => manager.status),
      restarted: useSignal(restarts.changed, () => restarts.envs),
      troubles: pages.troubles,
      listError: pages.error
    },
    trans
  );
  return (
    <div className="cb-Sidebar-notices">
      {notices.map(notice => (
        <Notice
          key={notice.key}
          notice={notice}
          onRetry={() => void commands.execute(CommandIDs.refresh, {})}
          onDismiss={env => restarts.dismiss(env)}
        />
      ))}
    </div>
  );
}
