/* oxlint-disable typescript/no-unnecessary-type-parameters, typescript/no-unsafe-type-assertion --
   SQL has no types that TypeScript could see: each query's rows are typed by hand, where its SQL stands, and nowhere else. */
import type BetterSqlite3 from 'better-sqlite3';

/** What may be bound to a statement. */
export type SqlValue = string | number | null | Uint8Array;

/** A statement that takes longer than this is logged. */
const slowMs = 50;

/**
 * One open database, with its statements prepared once. Rows are typed by the caller, next to the SQL that makes them:
 * tables are STRICT, so a column holds what its declaration says.
 */
export class Sql {
  readonly #statements = new Map<string, BetterSqlite3.Statement<SqlValue[]>>();
  #isDurable = false;

  readonly db: BetterSqlite3.Database;
  readonly #log: (line: string) => void;

  constructor(db: BetterSqlite3.Database, log: (line: string) => void) {
    this.db = db;
    this.#log = log;
  }

  get<Row>(text: string, ...params: SqlValue[]): Row | undefined {
    return this.#timed(text, () => this.#prepare<Row>(text).get(...params));
  }

  all<Row>(text: string, ...params: SqlValue[]): Row[] {
    return this.#timed(text, () => this.#prepare<Row>(text).all(...params));
  }

  /** Runs a statement that gives no rows. @returns how many rows it changed */
  run(text: string, ...params: SqlValue[]): number {
    return this.#timed(text, () => this.#prepare(text).run(...params).changes);
  }

  exec(text: string): void {
    this.#timed(text, () => this.db.exec(text));
  }

  /** What the commits of this connection survive from now on: the death of the process, or the loss of power too. Opened with the former. */
  setDurable(isDurable: boolean): void {
    if (this.#isDurable === isDurable) return;
    this.exec(isDurable ? 'PRAGMA synchronous = FULL' : 'PRAGMA synchronous = NORMAL');
    this.#isDurable = isDurable;
  }

  #prepare<Row>(text: string): BetterSqlite3.Statement<SqlValue[], Row> {
    const known = this.#statements.get(text);
    // The cache is keyed by the text, and one text has one kind of row.
    if (known !== undefined) return known as BetterSqlite3.Statement<SqlValue[], Row>;
    const statement = this.db.prepare<SqlValue[], Row>(text);
    this.#statements.set(text, statement);
    return statement;
  }

  #timed<T>(text: string, work: () => T): T {
    const start = performance.now();
    try {
      return work();
    } finally {
      const ms = performance.now() - start;
      if (ms > slowMs) this.#log(`slow query, ${ms.toFixed(0)} ms: ${text.replace(/\s+/g, ' ').slice(0, 200)}`);
    }
  }
}
