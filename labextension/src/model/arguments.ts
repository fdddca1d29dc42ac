import type { TranslationBundle } from '@jupyterlab/translation';

import type { RetryWhich } from '../api/client';

/** A command was called with something that it cannot take; the message says what, for a person. */
export class ArgumentError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ArgumentError';
  }
}

/** Where a command without a run finds one: at the place that was clicked. */
export type Clicked = 'run' | 'task';

const RUN_ID = /^[0-9a-z]{7}-[0-9a-z]{4}$/;
const TARGET = /^[A-Za-z0-9_][A-Za-z0-9_.@:-]{0,99}$/;
const WHICH: readonly RetryWhich[] = ['unfinished', 'failed', 'missing'];
const LONGEST_NAME = 200;
const LONGEST_PATH = 4096;
const MOST_TASKS = 1_000_000;

/** What JupyterLab adds to the arguments of its menus, toolbars, palette and keys. */
const ADDED: ReadonlySet<string> = new Set(['isPalette', 'isMenu', 'toolbar', '_luminoEvent']);

/** Whether a value is the id of a run. */
export function isRunId(value: unknown): value is string {
  return typeof value === 'string' && RUN_ID.test(value);
}

/** Whether a value can be a target's name in a magic line: one word that is no option. */
export function isTarget(value: unknown): value is string {
  return typeof value === 'string' && TARGET.test(value);
}

/**
 * The arguments that a command was called with, by anybody: all are checked before one is used.
 *
 * Inherited properties count as not given.
 */
export class Arguments {
  /** The id of a run. */
  readonly run: string | undefined;
  /** The number of a task. */
  readonly task: number | undefined;
  /** Numbers of tasks, at least one, each once. */
  readonly tasks: readonly number[] | undefined;
  readonly which: RetryWhich | undefined;
  /** A run's new name, without blanks around it. */
  readonly name: string | undefined;
  readonly target: string | undefined;
  readonly clicked: Clicked | undefined;
  /** Of a file that a task left. */
  readonly path: string | undefined;
  /** Off unless it is given. */
  readonly execute: boolean;

  /** @throws ArgumentError for what is not of `known`, and for what has another shape than it must. */
  constructor(args: unknown, known: readonly string[], trans: TranslationBundle) {
    if (typeof args !== 'object' || args === null || Array.isArray(args)) {
      throw new ArgumentError(trans.__('The arguments of this command must be an object.'));
    }
    // a misspelt argument must not make a command do more than was meant
    const stray = Object.keys(args).find(name => !known.includes(name) && !ADDED.has(name));
    if (stray !== undefined) {
      throw new ArgumentError(trans.__('This command has no argument %1.', quoted(stray)));
    }
    const read = reader(new Map(Object.entries(args)), trans);
    this.run = read('run', isRunId, trans.__('a run id such as "8x1k3mq-a2b4"'));
    this.task = read('task', isTask, trans.__('a task number, counted from 0'));
    const tasks = read('tasks', isTasks, trans.__('a list of task numbers, counted from 0'));
    this.tasks = tasks === undefined ? undefined : [...new Set(tasks)];
    this.which = read('which', isWhich, '"unfinished", "failed", "missing"');
    this.name = read(
      'name',
      isName,
      trans.__('a text of 1 to %1 characters', LONGEST_NAME)
    )?.trim();
    this.target = read('target', isTarget, trans.__('the name of a target'));
    this.path = read('path', isPath, trans.__('the path of a file in the output folder of a task'));
    this.clicked = read('clicked', isClicked, '"run", "task"');
    this.execute = read('execute', isBoolean, 'true, false') ?? false;
  }
}

type Read = <Value>(
  name: string,
  fits: (value: unknown) => value is Value,
  what: string
) => Value | undefined;

function reader(given: ReadonlyMap<string, unknown>, trans: TranslationBundle): Read {
  return (name, fits, what) => {
    const value = given.get(name);
    if (value === undefined || fits(value)) {
      return value;
    }
    throw new ArgumentError(
      trans.__('%1 is %2, and must be: %3.', quoted(name), quoted(value), what)
    );
  };
}

function isTask(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= 1e9;
}

function isTasks(value: unknown): value is number[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST_TASKS) {
    return false;
  }
  return [...(value as readonly unknown[])].every(isTask); // a copy has no holes, which `every` skips
}

function isWhich(value: unknown): value is RetryWhich {
  return WHICH.some(each => each === value);
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '' && value.trim().length <= LONGEST_NAME;
}

/** A path as the server gives it: relative, and never upwards. */
function isPath(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value !== '' &&
    value.length <= LONGEST_PATH &&
    !value.split('/').some(part => part === '' || part === '.' || part === '..')
  );
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

function isClicked(value: unknown): value is Clicked {
  return value === 'run' || value === 'task';
}

/** A short form of any value, for a message. */
function quoted(value: unknown): string {
  const text = typeof value === 'string' ? value : simple(value);
  const short = text.length > 40 ? `${text.slice(0, 39)}…` : text;
  return typeof value === 'string' ? JSON.stringify(short) : short;
}

function simple(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.length > 3 ? `… ${value.length} …` : value.map(kind).join(', ')}]`;
  }
  return kind(value);
}

function kind(value: unknown): string {
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : typeof value;
}
