/**
 * The same script without characters beyond ASCII: with one beyond Latin-1 the browser keeps the whole text as two bytes a character, in each
 * worker anew. They must stand in literals only, as they do in what a bundler writes.
 *
 * @param {string} script
 * @returns {string}
 */
export function asciiOnly(script) {
  return script.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
