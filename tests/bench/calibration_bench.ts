/**
 * The measure all other benchmarks are divided by, so that results of two machines, or of one on a busy day, compare:
 * a loop of integer work and memory traffic that no change of the project touches.
 *
 * @module
 */
const words = new Uint32Array(16 * 1024);

Deno.bench({
  name: "calibration",
  fn() {
    let state = 1;
    for (let at = 0; at < words.length; at++) {
      state = Math.imul(state, 1664525) + 1013904223 | 0;
      words[at] = (words[at] ?? 0) ^ state;
    }
  },
});
