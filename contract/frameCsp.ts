/** URL path of the frame that Python runs in. */
export const runnerFramePath = '/runner/runner.html';
/** URL path of the frame that shows HTML output. */
export const displayFramePath = '/display/display.html';

/**
 * Policy of the frame that Python runs in: its own script and Python's files, by their exact places, and nothing else.
 *
 * @param origin of the window that the frame is in: `http://127.0.0.1:4711` or `app://window`
 */
export function runnerCsp(origin: string): string {
  return [
    "default-src 'none'",
    `script-src ${origin}/runner/runner.js ${origin}/python/ 'wasm-unsafe-eval' blob:`,
    `connect-src ${origin}/python/`,
    'worker-src blob:',
    `frame-ancestors ${origin}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/** Policy of the frame that shows HTML output: no script but its own, no connection, only pictures and fonts that the output brings along. */
export function displayCsp(origin: string): string {
  return [
    "default-src 'none'",
    `script-src ${origin}/display/display.js`,
    "style-src 'unsafe-inline'",
    'img-src data: blob:',
    'font-src data:',
    'media-src data: blob:',
    `frame-ancestors ${origin}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}
