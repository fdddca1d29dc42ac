import * as React from 'react';

import { bytes, duration } from '../format';
import { useTranslator } from '../hooks/useTranslator';
import type { IUsageSample } from '../model/usage';
import { type IPoint, pathOf, thinned } from './curve';

export interface ResourceCurveProps {
  readonly samples: readonly IUsageSample[];
}

const WIDTH = 300;
const HEIGHT = 48;

/** What a task took of its machine over time: cores, memory, and GPUs with their memory where there are some. */
export function ResourceCurve({ samples }: ResourceCurveProps): React.JSX.Element | null {
  const trans = useTranslator();
  const until = samples.at(-1)?.at ?? 0;
  if (samples.length < 2 || until <= 0) {
    return null;
  }
  const gpu = samples.flatMap(({ at, gpu: value }) => (value === null ? [] : [{ at, value }]));
  const gpuMemory = samples.flatMap(({ at, gpu_memory: value }) =>
    value === null ? [] : [{ at, value }]
  );
  const cores = (value: number): string =>
    trans.__('%1 cores', value.toFixed(value < 9.95 ? 1 : 0));
  const gpus = (value: number): string => trans.__('%1 GPUs', value.toFixed(2));
  return (
    <div className="cb-ResourceCurve">
      <Curve
        name={trans.__('CPU')}
        kind="cpu"
        points={samples.map(({ at, cpu }) => ({ at, value: cpu }))}
        least={1}
        said={cores}
        until={until}
      />
      <Curve
        name={trans.__('Memory')}
        kind="memory"
        points={samples.map(({ at, rss }) => ({ at, value: rss }))}
        least={1}
        said={bytes}
        until={until}
      />
      {gpu.length > 1 && (
        <Curve name={trans.__('GPU')} kind="gpu" points={gpu} least={1} said={gpus} until={until} />
      )}
      {gpuMemory.length > 1 && (
        <Curve
          name={trans.__('GPU memory')}
          kind="gpu"
          points={gpuMemory}
          least={1}
          said={bytes}
          until={until}
        />
      )}
    </div>
  );
}

interface CurveProps {
  readonly name: string;
  readonly kind: 'cpu' | 'memory' | 'gpu';
  readonly points: readonly IPoint[];
  /** The height of the box stands for this at least. */
  readonly least: number;
  readonly said: (value: number) => string;
  readonly until: number;
}

function Curve({ name, kind, points, least, said, until }: CurveProps): React.JSX.Element {
  const trans = useTranslator();
  const high = points.reduce((most, { value }) => Math.max(most, value), 0);
  const path = pathOf(thinned(points), until, Math.max(high, least), WIDTH, HEIGHT);
  const label = trans.__('%1: at most %2 in %3', name, said(high), duration(until));
  const [left, right] = [points[0], points.at(-1)].map(point =>
    (((point?.at ?? 0) / until) * WIDTH).toFixed(1)
  );
  return (
    <figure className={`cb-Curve cb-mod-${kind}`}>
      <figcaption className="cb-Curve-name">
        <span>{name}</span> <span className="cb-Curve-most">{said(high)}</span>
      </figcaption>
      <svg
        className="cb-Curve-box"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={label}
      >
        <title>{label}</title>
        <path className="cb-Curve-area" d={`${path}L${right} ${HEIGHT}L${left} ${HEIGHT}Z`} />
        <path className="cb-Curve-line" d={path} />
      </svg>
    </figure>
  );
}
