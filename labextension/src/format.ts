import type { TranslationBundle } from '@jupyterlab/translation';

import type { Counts } from './api/client';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

// a formatter takes longer to make than a hundred texts
const NUMBER = new Intl.NumberFormat();
const MONEY = new Intl.NumberFormat(undefined, {
  minimumFractionDigits: 2,
  maximumFractionDigits: 2
});
const CLOCK = { hour: 'numeric', minute: '2-digit' } as const;
const TIME = new Intl.DateTimeFormat(undefined, CLOCK);
const DAY_AND_TIME = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  ...CLOCK
});
const DATE = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  year: 'numeric'
});

/**
 * Dollars: cents, and of less than ten of them two digits: "$1,234.50", "$0.42", "$0.042", "$0.0042"; "" for what is
 * no amount. Python has the same (cellburst/model/money.py).
 */
export function dollars(amount: number): string {
  if (!Number.isFinite(amount)) {
    return '';
  }
  const spent = Math.max(amount, 0);
  if (spent > 0 && spent < 0.0001) {
    return '<$0.0001';
  }
  if (spent === 0 || spent >= 0.0995) {
    return `$${MONEY.format(spent)}`;
  }
  return `$${spent.toFixed(spent < 0.00995 ? 4 : 3)}`;
}

/** Seconds in at most two units: "850ms", "3.2s", "48s", "1m 12s", "2h 5m", "3d 4h"; "" for what is no time. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) {
    return '';
  }
  const rest = Math.max(seconds, 0);
  if (rest < 0.9995) {
    return `${Math.round(rest * 1000)}ms`;
  }
  if (rest < 9.95) {
    return `${rest.toFixed(1)}s`;
  }
  const whole = Math.round(rest);
  if (whole < MINUTE) {
    return `${whole}s`;
  }
  if (whole < HOUR) {
    return `${Math.floor(whole / MINUTE)}m ${whole % MINUTE}s`;
  }
  if (whole < DAY) {
    return `${Math.floor(whole / HOUR)}h ${Math.floor((whole % HOUR) / MINUTE)}m`;
  }
  return `${Math.floor(whole / DAY)}d ${Math.floor((whole % DAY) / HOUR)}h`;
}

/** Whole seconds of something that goes on: no digits that flicker. */
export function runningFor(seconds: number): string {
  return seconds < MINUTE ? `${Math.max(Math.floor(seconds), 0)}s` : duration(Math.floor(seconds));
}

/** A size in bytes: "812 B", "1.5 kB", "340 MB". */
export function bytes(size: number): string {
  if (!Number.isFinite(size)) {
    return '';
  }
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = Math.max(size, 0);
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const text = unit === 0 || value >= 99.95 ? String(Math.round(value)) : trimmed(value.toFixed(1));
  return `${text} ${units[unit] ?? ''}`;
}

/**
 * A point in time as a person says it, seen from `now` (both in seconds since 1970): the time of today, the day and
 * time of this year, else the date.
 */
export function when(seconds: number, now: number): string {
  const then = new Date(seconds * 1000);
  const today = new Date(now * 1000);
  if (Number.isNaN(then.getTime())) {
    return '';
  }
  if (then.toDateString() === today.toDateString()) {
    return TIME.format(then);
  }
  return (then.getFullYear() === today.getFullYear() ? DAY_AND_TIME : DATE).format(then);
}

/** A whole number with the separators of the user's language. */
export function count(n: number): string {
  return NUMBER.format(n);
}

/** How many tasks there are. */
export function total(counts: Counts): number {
  const { queued, running, succeeded, failed, cancelled, unknown, pruned } = counts;
  return queued + running + succeeded + failed + cancelled + unknown + pruned;
}

/**
 * How far a run is: "37/50 · 2 failed". What ended in any way is done; what needs a look is named.
 *
 * Where tasks were ended early on purpose, "40/40" would say too much: it is "5 succeeded · 35 pruned" then.
 */
export function summary(counts: Counts, trans: TranslationBundle): string {
  const all = total(counts);
  const done = all - counts.queued - counts.running;
  const parts =
    done === all && counts.pruned > 0
      ? [trans.__('%1 succeeded', count(counts.succeeded))]
      : [`${count(done)}/${count(all)}`];
  if (counts.failed > 0) {
    parts.push(trans.__('%1 failed', count(counts.failed)));
  }
  if (counts.cancelled > 0) {
    parts.push(trans.__('%1 cancelled', count(counts.cancelled)));
  }
  if (counts.unknown > 0) {
    parts.push(trans.__('%1 unknown', count(counts.unknown)));
  }
  if (counts.pruned > 0) {
    parts.push(trans.__('%1 pruned', count(counts.pruned)));
  }
  return parts.join(' · ');
}

function trimmed(text: string): string {
  return text.endsWith('.0') ? text.slice(0, -2) : text;
}
