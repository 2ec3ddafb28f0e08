/**
 * @file One connection to PostgreSQL that comes back: pieces of work run one after another, and a piece that met a lost connection, or a deadlock, runs
 * again from its beginning. Errors say what to do, and never a password.
 */
import { setTimeout as pause } from "node:timers/promises";
import { Client, type QueryResult } from "pg";
import { EngramError, StorageError } from "../../contract/errors.ts";
import { parsePostgresUrl } from "./postgres-url.ts";

/** How long to wait before each further try when a connection was lost: a restart of the server takes some seconds [ms]. */
const PAUSES = [50, 200, 500, 1000, 2000] as const;
const CONNECT_TIMEOUT = 10_000;
/** A server that says nothing for so long is given up [ms]. */
const QUERY_TIMEOUT = 120_000;

/** Rows by the names of their columns. */
export type Row = Readonly<Record<string, unknown>>;

/** What a piece of work may ask of the server. */
export interface Session {
  query(text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
}

export class PostgresConnection {
  /** For messages. */
  readonly place: string;
  readonly #url: string;
  #client: Client | undefined;
  /** The end of the work so far. */
  #last: Promise<unknown> = Promise.resolve();
  /** Whether a server ever let this user in: before that, an address where nobody answers is more likely a wrong one than a server that comes back. */
  #wasConnected = false;
  #closed = false;

  /** Connects with the first work. @throws {InvalidValueError} No address of a PostgreSQL server. */
  constructor(address: string) {
    const { url, place } = parsePostgresUrl(address);
    this.#url = url;
    this.place = place;
  }

  /**
   * One statement, or a transaction of several, after all work before it. It may run more than once, so it must say the same each time.
   * @param begin Opens the transaction, such as `begin`; without it every statement is one of its own.
   * @throws {StorageError} Nothing of it was written, unless the connection was lost as the server answered.
   */
  async run<T>(work: (session: Session) => Promise<T>, begin?: string): Promise<T> {
    const done = this.#last.then(async () => this.#tried(work, begin));
    this.#last = done.catch(() => undefined);
    return done;
  }

  async close(): Promise<void> {
    await this.#last;
    this.#closed = true;
    await this.#client?.end().catch(() => undefined);
  }

  async #tried<T>(work: (session: Session) => Promise<T>, begin: string | undefined): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#once(work, begin);
      } catch (error) {
        if (error instanceof EngramError) throw error;
        const wait = PAUSES[attempt];
        const again = isConflict(error) || (isLost(error) && (this.#wasConnected || isComingOrGoing(error)));
        if (!again || wait === undefined) throw this.#explained(error);
        await pause(wait);
      }
    }
  }

  async #once<T>(work: (session: Session) => Promise<T>, begin: string | undefined): Promise<T> {
    const client = await this.#connected();
    const session: Session = {
      async query(text, values = []) {
        const { rows } = (await client.query({ text, values: [...values], ...(values.length > 0 && { name: nameOf(text) }) })) as QueryResult<Row>;
        return rows;
      },
    };
    try {
      if (begin !== undefined) await client.query(begin);
      const result = await work(session);
      if (begin !== undefined) await client.query("commit");
      return result;
    } catch (error) {
      if (isAnswer(error) && !isLost(error)) {
        if (begin !== undefined) await client.query("rollback").catch(() => this.#drop(client));
      } else this.#drop(client);
      throw error;
    }
  }

  async #connected(): Promise<Client> {
    if (this.#closed) throw new StorageError(this.place, "was closed", "Open it again.");
    if (this.#client !== undefined) return this.#client;
    const client = new Client({
      connectionString: this.#url,
      connectionTimeoutMillis: CONNECT_TIMEOUT,
      query_timeout: QUERY_TIMEOUT,
      keepAlive: true,
      fallback_application_name: "engram",
    });
    // A connection that is lost between two pieces of work is noticed here.
    client.on("error", () => this.#drop(client));
    try {
      await client.connect();
      this.#wasConnected = true;
      // Whatever the server's default: what was flushed survives a power cut.
      await client.query("select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'");
    } catch (error) {
      this.#drop(client);
      throw error;
    }
    this.#client = client;
    return client;
  }

  #drop(client: Client): void {
    if (this.#client === client) this.#client = undefined;
    client.end().catch(() => undefined);
  }

  #explained(error: unknown): StorageError {
    const { code = "", message } = error as { readonly code?: string; readonly message: string };
    const [problem, remedy] = explain(code, message);
    return new StorageError(this.place, problem, remedy, { cause: error });
  }
}

/** Prepared statements by their text; the server plans each once. */
const names = new Map<string, string>();
function nameOf(text: string): string {
  const name = names.get(text) ?? `engram ${names.size + 1}`;
  names.set(text, name);
  return name;
}

const codeOf = (error: unknown): string => (error as { readonly code?: string }).code ?? "";

/** Errors of ours, and the server's own, which have codes of five characters: the connection is in order after them. */
const isAnswer = (error: unknown): boolean => error instanceof EngramError || (/^[0-9A-Z]{5}$/.test(codeOf(error)) && codeOf(error) !== "EPIPE");

/** Two transactions waited for each other, and this one was given up. */
const isConflict = (error: unknown): boolean => ["40P01", "40001"].includes(codeOf(error));

/** The server's own word that it is shutting down, was cut off or is starting. */
const isComingOrGoing = (error: unknown): boolean => /^57P0[123]$/.test(codeOf(error));

const LOST = /^(08.{3}|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/;
const isLost = (error: unknown): boolean => {
  const code = codeOf(error);
  if (code === "") return /connection terminated|not queryable|timeout expired/i.test((error as Error).message);
  return isComingOrGoing(error) || LOST.test(code);
};

const CERTIFICATE = /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|CERT_|ERR_TLS_)/;

function explain(code: string, message: string): readonly [string, string] {
  if (code === "28P01" || code === "28000" || /password must be a string|no password/i.test(message))
    return [`the server does not let this user in (${message})`, "Check user and password; PGPASSWORD can hold the password instead of the address."];
  if (code === "3D000") return [`there is no such database (${message})`, "Create it, or name another."];
  if (code === "42501")
    return [
      `this user may not do that (${message})`,
      "Let its owner grant it `create` on the database, or `usage` on the schema engram with select, insert, update and delete on its tables.",
    ];
  if (code === "25006") return [`the database is read-only (${message})`, "Name the primary server, not a standby of it."];
  if (code === "23503") return ["the memory was deleted while it was in use", "Open it again, under this name or another."];
  if (code === "53100") return ["could not be written: the server's disk is full", "Free some space; nothing that was flushed is lost."];
  if (code === "53300") return [`the server takes no more connections (${message})`, "Stop some workers, or raise max_connections."];
  if (code === "42P01" || code === "42703")
    return [`its schema engram is not as it should be (${message})`, "Restore it from a copy, or use another database."];
  if (CERTIFICATE.test(code)) return [`its certificate is not trusted (${message})`, "Name the authority with sslrootcert=<file> in the address."];
  if (/does not support SSL/i.test(message)) return ["the server offers no TLS", "Write sslmode=disable in the address if the network is trusted."];
  if (/read timeout/i.test(message))
    return [`the server did not answer for ${QUERY_TIMEOUT / 1000} s`, "See what it is doing; what was not flushed is kept."];
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return [`there is no such host (${code})`, "Check the address."];
  if (isLost({ code, message }))
    return [
      `the server cannot be reached (${code === "" ? message : code})`,
      "Start it, or check host and port. What was flushed is safe; the rest is kept, and the next flush tries again.",
    ];
  return [`could not be used (${message})`, "See the server's log."];
}
