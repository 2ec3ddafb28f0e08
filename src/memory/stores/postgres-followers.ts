/**
 * @file Who follows a shared memory, and what may be cleared away because nobody needs to hear of it any more.
 *
 * What is removed leaves a tombstone, so that every follower hears of it and nobody writes the entry back. Each worker is listed with the transactions that
 * it has seen. Tombstones older than what every listed worker has seen can go. A worker that was not heard of for long is struck off the list first, so that
 * one that was killed does not keep tombstones for good; should it come back, it finds itself struck off with its next write or read, before anything of it
 * is written, and reads everything anew.
 */

/**
 * Lists a worker. Parameters: the memory, the worker. To be called in a transaction that holds the memory's row, before the worker reads: what is visible to its
 * reads later is visible to this snapshot or later.
 */
export const LIST = `
  insert into engram.worker (memory, worker, seen) values ($1::integer, $2::integer, pg_snapshot_xmin(pg_current_snapshot()))
  on conflict (memory, worker) do update set seen = excluded.seen, heard = now()`;

/** Notes what a worker has seen: every transaction before this one. Answers with no row when it was struck off. Parameters: the memory, the worker, the transaction. */
export const NOTE_SEEN = `
  update engram.worker set seen = $3::xid8, heard = now() where memory = $1::integer and worker = $2::integer returning 1`;

/** Holds a memory's row, so that lists change one after another. Parameter: the memory. */
export const HOLD = "select 1 from engram.memory where id = $1::integer for no key update";

export const STRIKE_OFF = "delete from engram.worker where memory = $1::integer and worker = $2::integer";

/** Those of some entries that are there. Parameters: the memory, the ids. */
export const WHICH_ARE_THERE = "select id::text as id from engram.entry where memory = $1::integer and id = any($2::int8[]) and key is not null";
