import * as React from 'react';

import type { TaskDetail } from '../api/client';
import { count } from '../format';
import { useTranslator } from '../hooks/useTranslator';
import type { ILine } from '../model/screen';
import { Clipped } from './Clipped';
import { Key } from './Key';
import { StyledText } from './StyledText';

export interface TracebackProps {
  readonly error: TaskDetail['error'];
  readonly frames: TaskDetail['frames'];
  readonly lines: readonly ILine[];
  readonly onCopy: () => void;
}

const FRAMES = 20;
const LINES = 400;

/** Why a task failed: the error, where in the user's code, and the whole traceback. */
export function Traceback({ error, frames, lines, onCopy }: TracebackProps): React.JSX.Element {
  const trans = useTranslator();
  const [whole, setWhole] = React.useState(false);
  const shown = whole ? lines : lines.slice(-LINES);
  const left = lines.length - shown.length;
  return (
    <div className="cb-Traceback">
      {error !== null && (
        <p className="cb-Traceback-error">
          <strong className="cb-Traceback-name">
            <Clipped text={error.ename} most={100} />
          </strong>
          {error.evalue !== '' && (
            <>
              {': '}
              <Clipped text={error.evalue} />
            </>
          )}
        </p>
      )}
      {frames.length > 0 && (
        <section aria-label={trans.__('In your code')}>
          <h4 className="cb-TaskPage-title">{trans.__('In your code')}</h4>
          <ol className="cb-Traceback-frames">
            {frames.slice(-FRAMES).map(({ filename, line, name }, place) => (
              <li key={place}>
                <bdi className="cb-Traceback-place">
                  {shortened(filename)}:{line}
                </bdi>{' '}
                {trans.__('in')} <bdi className="cb-Traceback-function">{name.slice(0, 200)}</bdi>
              </li>
            ))}
          </ol>
        </section>
      )}
      {lines.length > 0 && (
        <section className="cb-Traceback-whole" aria-label={trans.__('Traceback')}>
          <div className="cb-Traceback-bar">
            <h4 className="cb-TaskPage-title">{trans.__('Traceback')}</h4>
            {left > 0 && (
              <Key onClick={() => setWhole(true)}>
                {trans._n('Show %1 line before', 'Show %1 lines before', left, count(left))}
              </Key>
            )}
            <Key onClick={onCopy}>{trans.__('Copy')}</Key>
          </div>
          <div
            className="cb-Traceback-scroller jp-RenderedText"
            tabIndex={0}
            role="group"
            aria-label={trans.__('Traceback')}
          >
            <pre className="cb-Traceback-text">
              {shown.map((line, place) => (
                <React.Fragment key={lines.length - shown.length + place}>
                  <StyledText line={line} />
                  {line.continued ? '' : '\n'}
                </React.Fragment>
              ))}
            </pre>
          </div>
        </section>
      )}
    </div>
  );
}

/** The end of a long path is what says something. */
function shortened(filename: string): string {
  return filename.length > 120 ? `…${filename.slice(-119)}` : filename;
}
