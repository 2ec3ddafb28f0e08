/** @file How fast a run goes in wall-clock time, and the hand on its switch. Pace never changes what happens, only when. */
import { BehaviorSubject, firstValueFrom, skip, type Observable } from "rxjs";
import { InvalidValueError } from "../contract/errors.ts";

export interface PaceState {
  readonly paused: boolean;
  /** Simulated seconds per second of wall clock; Infinity is as fast as possible. */
  readonly speed: number;
  /** Once true, for ever. */
  readonly stopped: boolean;
}

export class Pace {
  /** The state now, then every change; completes when stopped. */
  readonly changes$: Observable<PaceState>;
  readonly #state = new BehaviorSubject<PaceState>({ paused: false, speed: Infinity, stopped: false });
  /** Steps that a paused run may still take. */
  #allowance = 0;

  constructor() {
    this.changes$ = this.#state.asObservable();
  }

  get state(): PaceState {
    return this.#state.value;
  }

  pause(): void {
    this.#change({ paused: true });
  }

  resume(): void {
    this.#allowance = 0;
    this.#change({ paused: false });
  }

  /** Lets a paused run take one step, of control or of learning, whichever is next; pauses a running one. */
  stepOnce(): void {
    if (this.state.paused) this.#allowance++;
    this.#change({ paused: true });
  }

  /** @throws {InvalidValueError} A speed that is not above 0. */
  setSpeed(speed: number): void {
    if (!(speed > 0)) throw new InvalidValueError("speed", speed, "a number above 0; Infinity is as fast as possible");
    this.#change({ speed });
  }

  stop(): void {
    this.#change({ stopped: true });
    this.#state.complete();
  }

  /** Whether a step may be taken now; uses up one that was allowed singly. */
  takeStep(): boolean {
    if (!this.state.paused) return true;
    if (this.#allowance === 0) return false;
    this.#allowance--;
    return true;
  }

  /** Resolves as soon as a step may be taken, and takes it; or when stopped. */
  async untilAllowed(): Promise<void> {
    while (!this.state.stopped && !this.takeStep()) await firstValueFrom(this.changes$.pipe(skip(1)), { defaultValue: undefined });
  }

  #change(change: Partial<PaceState>): void {
    if (!this.state.stopped) this.#state.next({ ...this.state, ...change });
  }
}
