import type { Sql } from '../sql.ts';

/** One step of the schema. Its version is the database's `user_version` after it; a step never changes once it is released. */
export interface Migration {
  version: number;
  up(sql: Sql): void;
}
