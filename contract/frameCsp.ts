/**
 * The Content-Security-Policy of the frame in which Python runs; the host sends it with runner/runner.html, and the frame's workers
 * (made from blobs) inherit it. Scripts: the frame's own, and workers' texts as blobs. Connections: Python's assets alone.
 * The same response and the assets carry `Cross-Origin-Embedder-Policy: require-corp` and `Cross-Origin-Resource-Policy: cross-origin`;
 * the assets also `Access-Control-Allow-Origin: *`, since the frame's origin is opaque.
 *
 * @param origin of the application's page, such as `http://127.0.0.1:8080` or `app://window`
 */
export function frameCsp(origin: string): string {
  return [
    `default-src 'none'`,
    `script-src ${origin}/runner/runner.js 'wasm-unsafe-eval'`,
    `connect-src ${origin}/python/`,
    'worker-src blob:',
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors ${origin}`,
    'sandbox allow-scripts',
  ].join('; ');
}
