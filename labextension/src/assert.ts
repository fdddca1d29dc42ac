/**
 * Marks the end of a switch over a closed set: TypeScript refuses the call if a member was forgotten.
 *
 * At run time it is reached only if the server is newer than this page.
 */
export function assertNever(value: never): never {
  throw new Error(`Unexpected value: ${JSON.stringify(value)}`);
}
