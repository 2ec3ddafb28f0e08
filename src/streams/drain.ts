/** @file Running a loop to its end from rooms that know no Observables. */
import type { Observable } from "rxjs";
import type { LoopEvent } from "./loop-event.ts";

/** Hands every event over; resolves when the loop completes, and rejects with its error or with what `onEvent` throws. */
export async function drain(loop$: Observable<LoopEvent>, onEvent: (event: LoopEvent) => void): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const subscription = loop$.subscribe({
      next: (event) => {
        try {
          onEvent(event);
        } catch (error) {
          reject(error as Error);
          queueMicrotask(() => subscription.unsubscribe());
        }
      },
      error: reject,
      complete: resolve,
    });
  });
}
