/**
 * Why an image cannot be written.
 *
 * @module
 */

/** The image cannot be written: the message says what is wrong, where, and what to do. */
export class ImageError extends Error {
  override readonly name = "ImageError";
}
