import { Validator } from '@cfworker/json-schema';

import openapi from './openapi.json';
import { ShapeError } from './errors';
import type * as schema from './schema';

/** The answers of the server by name, as its OpenAPI document has them. */
export type Shapes = schema.components['schemas'];

const validators = new Map<keyof Shapes, Validator>();

/**
 * The same value as what it was checked to be.
 *
 * @throws ShapeError if it is something else.
 */
export function checked<Name extends keyof Shapes>(name: Name, value: unknown): Shapes[Name] {
  let validator = validators.get(name);
  if (validator === undefined) {
    const root = { $ref: `#/components/schemas/${name}`, components: openapi.components };
    validator = new Validator(root, '2020-12');
    validators.set(name, validator);
  }
  const found = validator.validate(value);
  if (!found.valid) {
    const last = found.errors.at(-1);
    throw new ShapeError(name, last === undefined ? '?' : `${last.instanceLocation} ${last.error}`);
  }
  return value as Shapes[Name];
}
