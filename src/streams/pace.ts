/** @file How fast a closed loop goes in wall-clock time, and the hand on its switch. Pace never changes what happens, only when. */
import { BehaviorSubject, type Observable } from "rxjs";
import { InvalidValueError } from "../contract/errors.ts";

export interface PaceState {
  readonly paused: boolean;
  /** Simulated seconds per second; Infinity is as fast as possible. */
  readonly speed: number;
  /** Once true, for ever. */
  readonly stopped: boolean;
}

export class Pace {
  readonly #state = new BehaviorSubject<PaceState>({ paused: false, speed: Infinity, stopped: false });
  /** Control steps that a paused loop may still take. */
  #allowance = 0;
  #wake: (() => void) | undefined;

  /** The state now, then every change; completes when stopped. */
  get changes$(): Observable<PaceState> {
    return this.#state.asObservable();
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

  /** Lets a paused loop take one control step; pauses a running one. */
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
    if (this.state.stopped) return;
    this.#change({ stopped: true });
    this.#state.complete();
  }

  /** Whether the loop may take a control step now; uses up one that was allowed singly. */
  takeStep(): boolean {
    if (!this.state.paused) return true;
    if (this.#allowance === 0) return false;
    this.#allowance--;
    return true;
  }

  /** Resolves at the next change of state, or after so many milliseconds if given. */
  async changed(milliseconds?: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = milliseconds === undefined ? undefined : setTimeout(resolve, milliseconds);
      const previous = this.#wake;
      this.#wake = () => {
        clearTimeout(timer);
        previous?.();
        resolve();
      };
    });
  }

  #change(change: Partial<PaceState>): void {
    if (this.state.stopped) return;
    this.#state.next({ ...this.state, ...change });
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}
