/**
 * What is used here of asl-validator, which brings no types.
 */
declare module 'asl-validator' {
  export default function validate(definition: object): {
    isValid: boolean;
    errors: unknown[];
  };
}
