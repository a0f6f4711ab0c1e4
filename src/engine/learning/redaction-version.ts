/**
 * The version of the rules of redaction, one more whenever they find what they did not find before: whatever was kept by
 * rules of a lower version is redacted anew before anything else is learned. A store without a version has 1.
 */
export const redactionVersion = 3;
