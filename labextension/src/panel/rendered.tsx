import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { JSONObject, JSONValue } from '@lumino/coreutils';
import { Widget } from '@lumino/widgets';
import * as React from 'react';

export interface RenderedProps {
  readonly rendermime: IRenderMimeRegistry;
  readonly mime: string;
  readonly data: JSONValue;
  /** For the renderer of this type. */
  readonly metadata?: JSONObject;
  readonly className: string;
  readonly label: string;
  /** Called with what was drawn. */
  readonly onDrawn?: (node: HTMLElement) => void;
}

/** Something that JupyterLab itself shows; never trusted. */
export function Rendered(props: RenderedProps): React.JSX.Element {
  const { rendermime, mime, data, metadata, className, label, onDrawn } = props;
  const host = React.useRef<HTMLDivElement>(null);
  const renderer = React.useRef<ReturnType<IRenderMimeRegistry['createRenderer']> | null>(null);
  React.useLayoutEffect(() => {
    if (host.current?.isConnected !== true) {
      return;
    }
    const widget = rendermime.createRenderer(mime);
    Widget.attach(widget, host.current);
    renderer.current = widget;
    return () => {
      renderer.current = null;
      widget.dispose();
    };
  }, [rendermime, mime]);
  React.useEffect(() => {
    const model = rendermime.createModel({
      trusted: false,
      data: { [mime]: data, 'image/png': 'none' }, // else the renderer of charts makes a picture as well
      metadata: metadata === undefined ? {} : { [mime]: metadata }
    });
    const widget = renderer.current;
    // what cannot be shown says so in its place: that is the renderer's
    void widget?.renderModel(model).then(
      () => onDrawn?.(widget.node),
      () => undefined
    );
  }, [rendermime, mime, data, metadata, onDrawn]);
  return <div ref={host} className={className} role="group" aria-label={label} />;
}
