import type { TaskState } from '../api/client';
import { assertNever } from '../assert';
import { TASK_STATES } from '../taskStates';

const ROOM_FOR_MARKS = 12;

/** A picture of each state, side by side in the order of their codes; `size` in device pixels. */
export function drawSprites(host: HTMLElement, size: number, ratio: number): HTMLCanvasElement {
  const sheet = host.ownerDocument.createElement('canvas');
  sheet.width = size * TASK_STATES.length;
  sheet.height = size;
  const context = sheet.getContext('2d');
  if (context !== null) {
    const mark = resolved(host, '--cb-state-mark');
    TASK_STATES.forEach((state, code) => {
      context.save();
      context.translate(code * size, 0);
      drawState(context, state, size, ratio, resolved(host, `--cb-state-${state}`), mark);
      context.restore();
    });
  }
  return sheet;
}

/** A state has a shape of its own at every size: hollow, half, full, crossed, slashed, diamond, triangle. */
function drawState(
  context: CanvasRenderingContext2D,
  state: TaskState,
  size: number,
  ratio: number,
  color: string,
  mark: string
): void {
  const gap = Math.round((size / ratio >= ROOM_FOR_MARKS ? 2 : 1) * ratio);
  const side = size - gap;
  const large = size / ratio >= ROOM_FOR_MARKS;
  const line = Math.max(Math.round((large ? 1.5 : 1) * ratio), 1);
  context.fillStyle = color;
  context.strokeStyle = color;
  context.lineWidth = line;
  switch (state) {
    case 'queued':
      context.globalAlpha = 0.45;
      outline(context, side, line);
      return;
    case 'running':
      outline(context, side, line);
      context.fillRect(0, Math.floor(side / 2), side, side - Math.floor(side / 2));
      return;
    case 'succeeded':
      context.globalAlpha = 0.8;
      context.fillRect(0, 0, side, side);
      if (large) {
        context.globalAlpha = 1;
        context.strokeStyle = mark;
        path(context, side, [0.24, 0.53, 0.43, 0.71, 0.77, 0.31]);
      }
      return;
    case 'failed':
      context.globalAlpha = large ? 1 : 0.4;
      context.fillRect(0, 0, side, side);
      context.globalAlpha = 1;
      context.strokeStyle = large ? mark : color;
      path(context, side, large ? [0.28, 0.28, 0.72, 0.72] : [0, 0, 1, 1]);
      path(context, side, large ? [0.72, 0.28, 0.28, 0.72] : [1, 0, 0, 1]);
      return;
    case 'cancelled':
      outline(context, side, line);
      path(context, side, [0.1, 0.9, 0.9, 0.1]);
      return;
    case 'unknown':
      context.beginPath();
      context.moveTo(side / 2, 0);
      context.lineTo(side, side / 2);
      context.lineTo(side / 2, side);
      context.lineTo(0, side / 2);
      context.fill();
      return;
    case 'pruned':
      path(context, side, [0.05, 0.15, 0.95, 0.15, 0.5, 0.9, 0.05, 0.15]);
      return;
    default:
      assertNever(state);
  }
}

function outline(context: CanvasRenderingContext2D, side: number, line: number): void {
  context.strokeRect(line / 2, line / 2, side - line, side - line);
}

/** A line through points, given as x, y, x, y in parts of the side. */
function path(context: CanvasRenderingContext2D, side: number, points: readonly number[]): void {
  context.beginPath();
  for (let at = 0; at + 1 < points.length; at += 2) {
    context.lineTo((points[at] ?? 0) * side, (points[at + 1] ?? 0) * side);
  }
  context.stroke();
}

/** A colour of the theme as a canvas takes it. */
function resolved(host: HTMLElement, name: string): string {
  const probe = host.ownerDocument.createElement('span');
  probe.style.color = `var(${name})`;
  host.appendChild(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
