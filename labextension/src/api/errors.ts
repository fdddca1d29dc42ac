/** The server said no, in the one shape that all its errors have. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly type: string,
    message: string,
    readonly hint: string
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

/** There is no answer of ours: the server is away, or its cellburst extension is. */
export class ServerMissingError extends Error {
  constructor(
    readonly reason: 'unreachable' | 'extension',
    message: string
  ) {
    super(message);
    this.name = 'ServerMissingError';
  }
}

/** The answer is not what this page expects: the server has another version of cellburst. */
export class ShapeError extends Error {
  constructor(
    readonly shape: string,
    detail: string
  ) {
    super(`The answer is no ${shape}: ${detail}`);
    this.name = 'ShapeError';
  }
}
