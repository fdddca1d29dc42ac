/** The arguments of the commands as JSON schemas; `model/arguments.ts` reads and checks them. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyJSONObject } from '@lumino/coreutils';

/** The schema of a command that takes these arguments, none of which it must be given. */
export function describedBy(properties: ReadonlyJSONObject): { args: ReadonlyJSONObject } {
  return { args: { type: 'object', properties, additionalProperties: false } };
}

/** Schemas of single arguments. */
export function argumentSchemas(trans: TranslationBundle): {
  readonly [
    Name in 'run' | 'tasks' | 'which' | 'name' | 'target' | 'execute' | 'clicked'
  ]: ReadonlyJSONObject;
} {
  return {
    run: {
      type: 'string',
      pattern: '^[0-9a-z]{7}-[0-9a-z]{4}$',
      description: trans.__('The id of a run; without it, the run is chosen from a list')
    },
    tasks: {
      type: 'array',
      items: { type: 'integer', minimum: 0 },
      minItems: 1,
      description: trans.__('Only these tasks')
    },
    which: {
      enum: ['unfinished', 'failed', 'missing'],
      default: 'unfinished',
      description: trans.__('What runs again: all that has not succeeded, or a part of it')
    },
    name: {
      type: 'string',
      minLength: 1,
      maxLength: 200,
      description: trans.__('The new name; without it, it is asked for')
    },
    target: {
      type: 'string',
      description: trans.__('Where the cell runs; without it, the target is asked for')
    },
    execute: {
      type: 'boolean',
      default: false,
      description: trans.__('Run the cell as well')
    },
    clicked: {
      enum: ['run', 'task'],
      description: trans.__('Take the run, or the task, that the context menu was opened on')
    }
  };
}
