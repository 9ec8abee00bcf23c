/** The version of package.json; put in by scripts/build.mjs. */
declare const __APP_VERSION__: string;
