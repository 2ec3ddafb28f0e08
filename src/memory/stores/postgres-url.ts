/** @file The address of a database, as users write it, and without its password, as messages say it. */
import { InvalidValueError } from "../../contract/errors.ts";

/** A database, and perhaps a memory in it: `postgres://user:password@host:5432/database?sslmode=verify-full#memory`. */
export interface PostgresUrl {
  /** For the driver. */
  readonly url: string;
  /** For messages: without password and options. */
  readonly place: string;
  /** What follows `#`. */
  readonly name: string | undefined;
}

export const isPostgresUrl = (text: string): boolean => /^postgres(ql)?:/i.test(text);

/** @throws {InvalidValueError} It is no address of a PostgreSQL server. The message holds no password. */
export function parsePostgresUrl(text: string): PostgresUrl {
  // Passwords are often written with characters that should have been escaped, and slashes are left out.
  const shown = text.replace(/^([^:/\\@]*:)?.*@/s, "$1//…@").replace(/[?#].*$/s, "");
  const refuse = (remedy = ""): InvalidValueError =>
    new InvalidValueError("memory", shown, "an address such as postgres://user@host:5432/database", remedy);
  if (!isPostgresUrl(text)) throw refuse();
  if (!/^\w+:\/\//.test(text)) throw refuse("Write two slashes before the user or host.");
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw refuse("Write special characters of a password as %-codes, or give it in PGPASSWORD.");
  }
  // An @ in there would be that of a password whose / is not escaped.
  if (!/^\/[^/@]+$/.test(url.pathname)) throw refuse("Name the database after the host, with special characters as %-codes.");
  const name = part(url.hash.slice(1), refuse);
  const user = url.username === "" ? "" : `${part(url.username, refuse)}@`;
  const place = `postgres://${user}${url.host}/${part(url.pathname.slice(1), refuse)}`;
  url.hash = "";
  // What `require` and its like mean to psql and every other client.
  if (url.searchParams.has("sslmode") && !url.searchParams.has("uselibpqcompat") && url.searchParams.get("sslmode") !== "no-verify") {
    url.searchParams.set("uselibpqcompat", "true");
  }
  return { url: url.href, place, name: name === "" ? undefined : name };
}

function part(encoded: string, refuse: (remedy: string) => InvalidValueError): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw refuse("Write the sign % as %25.");
  }
}
