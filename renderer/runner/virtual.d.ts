/** The workers' texts and the assets' hashes, put in by the build (buildRunner.mjs). */
declare module 'virtual:asset-loader' {
  const source: string;
  export default source;
}
declare module 'virtual:kernel-worker' {
  const source: string;
  export default source;
}
declare module 'virtual:python-manifest' {
  const files: { name: string; bytes: number; sha256: string }[];
  export default files;
}
