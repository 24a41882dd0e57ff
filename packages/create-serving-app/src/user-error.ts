/** A fault that its user can cure: told in one line, without a stack. */
export class UserError extends Error {
  override readonly name = 'UserError';
}
