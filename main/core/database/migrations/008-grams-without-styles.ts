import type { Migration } from './migration.ts';

/**
 * The grams are of text as it is read, without colours; those of before knew a word that is coloured in part by its parts alone. What they were of
 * is read when something is searched.
 */
export const gramsWithoutStyles: Migration = {
  version: 8,
  up: (sql) => sql.exec('DELETE FROM output_signatures; DELETE FROM output_segments; DELETE FROM output_pieces;'),
};
