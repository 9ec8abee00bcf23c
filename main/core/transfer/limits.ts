/** What a capsule may hold, written or read; docs/capsule.md tells them. */
export const mostEntries = 50_000;
export const mostEntryBytes = 512 * 1024 ** 2;
export const mostTotalBytes = 2 * 1024 ** 3;
export const mostManifestBytes = 64 * 1024 ** 2;
