/** @file Running a loop to its end from rooms that know no Observables. */
import { EMPTY, fromEvent, lastValueFrom, takeUntil, tap, type Observable } from "rxjs";
import type { LoopEvent } from "./loop-event.ts";

/**
 * Hands every event over; resolves when the loop completes, and rejects with its error or with what `onEvent` throws.
 * @param signal Ends the loop when aborted; that is no error.
 */
export async function drain(loop$: Observable<LoopEvent>, onEvent: (event: LoopEvent) => void, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true) return;
  const aborted$ = signal === undefined ? EMPTY : fromEvent(signal, "abort");
  await lastValueFrom(loop$.pipe(tap(onEvent), takeUntil(aborted$)), { defaultValue: undefined });
}
