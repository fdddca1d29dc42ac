import { type Widget as IWidget, Widget } from '@lumino/widgets';
import * as React from 'react';

export interface LuminoHostProps {
  readonly widget: IWidget;
  readonly className: string;
}

/** A Lumino widget within a React page; whoever made it disposes of it. */
export function LuminoHost({ widget, className }: LuminoHostProps): React.JSX.Element {
  const host = React.useRef<HTMLDivElement>(null);
  React.useLayoutEffect(() => {
    if (host.current?.isConnected !== true || widget.isDisposed) {
      return;
    }
    Widget.attach(widget, host.current);
    return () => {
      if (widget.isAttached) {
        Widget.detach(widget);
      }
    };
  }, [widget]);
  return <div ref={host} className={className} />;
}
