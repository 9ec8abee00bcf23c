export { createChanges, type Changes, type Topic } from './changes.ts';
export type { Sql, SqlValue } from './sql.ts';
export { openStorage, type Durability, type Storage } from './storage.ts';
export { momentText } from './backups.ts';
export { recall, remember } from './memory.ts';
