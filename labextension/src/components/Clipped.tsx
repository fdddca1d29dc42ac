import * as React from 'react';

import { count } from '../format';
import { useTranslator } from '../hooks/useTranslator';
import { Key } from './Key';

export interface ClippedProps {
  readonly text: string;
  /** Characters that are shown at first. */
  readonly most?: number;
}

const ALL = 100_000;

/** A text of any length: its beginning, and more of it on request. */
export function Clipped({ text, most = 600 }: ClippedProps): React.JSX.Element {
  const trans = useTranslator();
  const [whole, setWhole] = React.useState(false);
  const room = whole ? ALL : most;
  if (text.length <= room) {
    return <bdi className="cb-Clipped">{text}</bdi>;
  }
  return (
    <>
      <bdi className="cb-Clipped">{text.slice(0, room)}…</bdi>{' '}
      {whole ? (
        <span className="cb-Clipped-note">
          {trans.__('cut: %1 characters in all', count(text.length))}
        </span>
      ) : (
        <Key onClick={() => setWhole(true)}>{trans.__('Show all')}</Key>
      )}
    </>
  );
}
