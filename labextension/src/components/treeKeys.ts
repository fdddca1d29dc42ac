import type { RunListItem } from '../model/runGroups';

/** What a key does in the tree of runs. */
export type TreeAct =
  | { readonly act: 'move'; readonly to: number }
  | { readonly act: 'group' | 'detail' | 'open' | 'menu' };

const STEP = 10;

/** The act of a key on the line at a place; null for a key that is not ours. */
export function actOf(
  event: { readonly key: string; readonly shiftKey: boolean },
  lines: readonly RunListItem[],
  at: number,
  expanded: string | null
): TreeAct | null {
  const line = lines[at];
  const last = lines.length - 1;
  if (line === undefined) {
    return null;
  }
  const isOpen = line.kind === 'group' ? line.isOpen : line.row.id === expanded;
  const toggle: TreeAct = { act: line.kind === 'group' ? 'group' : 'detail' };
  switch (event.key) {
    case 'ArrowDown':
      return { act: 'move', to: Math.min(at + 1, last) };
    case 'ArrowUp':
      return { act: 'move', to: Math.max(at - 1, 0) };
    case 'PageDown':
      return { act: 'move', to: Math.min(at + STEP, last) };
    case 'PageUp':
      return { act: 'move', to: Math.max(at - STEP, 0) };
    case 'Home':
      return { act: 'move', to: 0 };
    case 'End':
      return { act: 'move', to: last };
    case 'ArrowRight':
      return isOpen ? { act: 'move', to: Math.min(at + 1, last) } : toggle;
    case 'ArrowLeft':
      return isOpen ? toggle : { act: 'move', to: groupOf(lines, at) };
    case 'Enter':
      return line.kind === 'group' ? toggle : { act: 'open' };
    case ' ':
      return toggle;
    case 'ContextMenu':
      return { act: 'menu' };
    case 'F10':
      return event.shiftKey ? { act: 'menu' } : null;
    default:
      return null;
  }
}

function groupOf(lines: readonly RunListItem[], at: number): number {
  let place = at;
  while (place > 0 && lines[place]?.kind !== 'group') {
    place -= 1;
  }
  return place;
}
