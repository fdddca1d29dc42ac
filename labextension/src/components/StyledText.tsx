import * as React from 'react';

import type { IMatch } from '../model/logSearch';
import type { ILine } from '../model/screen';
import type { ITextStyle } from '../model/textStyle';

export interface StyledTextProps {
  readonly line: ILine;
  /** What was found in this line, in order. */
  readonly matches?: readonly IMatch[];
  readonly current?: IMatch | null;
}

/** A line of terminal text: its colours, and what was found in it. Text is only ever a text node. */
export const StyledText = React.memo(function StyledText(
  props: StyledTextProps
): React.JSX.Element {
  const { line, matches = [], current = null } = props;
  if (line.runs.length === 0 && matches.length === 0) {
    return <>{line.text}</>;
  }
  return (
    <>
      {parts(line, matches).map(({ start, end, style, match }) => (
        <Part
          key={start}
          text={line.text.slice(start, end)}
          style={style}
          found={match === null ? '' : match === current ? 'current' : 'match'}
        />
      ))}
    </>
  );
});

interface PartProps {
  readonly text: string;
  readonly style: ITextStyle | null;
  readonly found: '' | 'match' | 'current';
}

function Part({ text, style, found }: PartProps): React.JSX.Element {
  const inner =
    found === '' ? text : <mark className={`cb-Log-match cb-mod-${found}`}>{text}</mark>;
  if (style === null || (style.className === '' && style.color === '' && style.background === '')) {
    return <>{inner}</>;
  }
  const { className, color, background } = style;
  const css = {
    ...(color === '' ? {} : { color }),
    ...(background === '' ? {} : { backgroundColor: background })
  };
  return (
    <span className={className} style={css}>
      {inner}
    </span>
  );
}

interface IPart {
  readonly start: number;
  readonly end: number;
  readonly style: ITextStyle | null;
  readonly match: IMatch | null;
}

/** The line cut wherever its style or what was found begins or ends. */
function parts(line: ILine, matches: readonly IMatch[]): IPart[] {
  const found: IPart[] = [];
  let start = 0;
  let run = 0;
  let hit = 0;
  while (start < line.text.length) {
    while ((line.runs[run]?.end ?? Infinity) <= start) {
      run += 1;
    }
    while ((matches[hit]?.end ?? Infinity) <= start) {
      hit += 1;
    }
    const next = matches[hit];
    const inside = next !== undefined && next.start <= start;
    const border = next === undefined ? Infinity : inside ? next.end : next.start;
    const end = Math.min(line.runs[run]?.end ?? line.text.length, border, line.text.length);
    found.push({ start, end, style: line.runs[run]?.style ?? null, match: inside ? next : null });
    start = end;
  }
  return found;
}
