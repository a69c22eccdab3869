/**
 * Something in the configuration that cannot be: its message says what, where, and what it must be.
 */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}
