/**
 * @file World and mind in a closed loop, as one Observable. Inside is a plain synchronous loop in slices of a few milliseconds; a cycle
 * of Subjects would stop silently after about a thousand steps of recursion.
 */
import { Observable, skip, type Subscriber } from "rxjs";
import { Episode, type EpisodePlan, type Stage } from "./episode.ts";
import { later, soon } from "./event-loop.ts";
import { LoopClock } from "./loop-clock.ts";
import type { LoopEvent } from "./loop-event.ts";
import type { Pace } from "./pace.ts";

export { agentActor, controllerActor, type Actor } from "./actor.ts";
export type { EpisodePlan } from "./episode.ts";

export interface ClosedLoopOptions extends Stage {
  /** Asked for one plan at a time, when the episode before is over. */
  readonly episodes: Iterable<EpisodePlan>;
  readonly pace: Pace;
}

/**
 * Runs the episodes, cold and once for each subscriber: events in order, each valid only during its call. The first comes after the call
 * to `subscribe` has returned. Completes after the last episode, or in the middle of one when the pace is stopped; unsubscribing stops it
 * at once. What the world, the actor, the plans or an operator throws is the stream's error.
 */
export function closedLoop(options: ClosedLoopOptions): Observable<LoopEvent> {
  return new Observable((subscriber) => {
    const loop = new Loop(options, subscriber);
    return () => loop.close();
  });
}

class Loop {
  readonly #options: ClosedLoopOptions;
  readonly #subscriber: Subscriber<LoopEvent>;
  readonly #clock: LoopClock;
  readonly #plans: Iterator<EpisodePlan>;
  readonly #stopWatching: () => void;
  #episode: Episode | undefined;
  /** Calls off the next slice; absent while working, or while paused. */
  #callOff: (() => void) | undefined;
  #working = false;

  constructor(options: ClosedLoopOptions, subscriber: Subscriber<LoopEvent>) {
    this.#options = options;
    this.#subscriber = subscriber;
    this.#clock = new LoopClock(options.environment.spec.controlPeriod);
    this.#plans = options.episodes[Symbol.iterator]();
    const wake = (): void => this.#wake();
    const watching = options.pace.changes$.pipe(skip(1)).subscribe({ next: wake, complete: wake });
    this.#stopWatching = () => watching.unsubscribe();
    this.#wake();
  }

  close(): void {
    this.#callOff?.();
    this.#stopWatching();
    this.#plans.return?.();
  }

  /** The pace has changed: whatever the loop was waiting for, it looks again. */
  #wake(): void {
    if (this.#working) return;
    this.#clock.restart();
    this.#rest(0);
  }

  #rest(milliseconds: number): void {
    this.#callOff?.();
    const slice = (): void => this.#slice();
    this.#callOff = milliseconds > 0 ? later(slice, milliseconds) : soon(slice);
  }

  #slice(): void {
    this.#callOff = undefined;
    this.#working = true;
    try {
      const rest = this.#work();
      if (rest >= 0 && !this.#subscriber.closed) this.#rest(rest);
    } catch (error) {
      this.#subscriber.error(error);
    } finally {
      this.#working = false;
    }
  }

  /** Works for a slice. Milliseconds to rest until the next one, or −1 to wait for the pace to change, or for nothing at all. */
  #work(): number {
    const { pace } = this.#options;
    const subscriber = this.#subscriber;
    const emit = (event: LoopEvent): void => subscriber.next(event);
    this.#clock.beginSlice();
    for (;;) {
      if (subscriber.closed) return -1;
      const episode = pace.state.stopped ? undefined : (this.#episode ?? this.#begin());
      if (episode === undefined) {
        subscriber.complete();
        return -1;
      }
      // Hearing of an episode's start, a subscriber may have changed its mind.
      if (subscriber.closed || pace.state.stopped) continue;
      if (!pace.takeStep()) return -1;
      episode.step(emit);
      if (episode.ended !== undefined) {
        emit(episode.ended);
        this.#episode = undefined;
      }
      const rest = this.#clock.rest(pace.state.speed);
      if (rest >= 0) return rest;
    }
  }

  /** Begins the next episode, even when paused, so that there is something to see. */
  #begin(): Episode | undefined {
    const plan = this.#plans.next();
    if (plan.done === true) return undefined;
    this.#episode = new Episode(this.#options, plan.value);
    this.#subscriber.next(this.#episode.start());
    return this.#episode;
  }
}
