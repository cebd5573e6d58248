// Errors in the shape of the Admin API: {message, locations?, path?, extensions: {code, ...}}.

/** An error thrown while a request runs; `extra` joins the code in extensions. */
export class RequestError extends Error {
  constructor(message, code, extra = {}) {
    super(message);
    this.extensions = { code, ...extra };
  }
}

export const errorBody = (message, code, extra = {}) => ({
  errors: [{ message, extensions: { code, ...extra } }],
});
