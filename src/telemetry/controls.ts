/** @file A run's switches as clients see them: parameters that can be read and set, and services that can be called. */
import { InvalidValueError, OrderError } from "../contract/errors.ts";
import type { Pace } from "../streams/pace.ts";
import type { ParameterHandle, ServiceHandle } from "./connection.ts";

/** JSON knows no infinity, so this stands for it: as fast as possible. */
export const FULL_SPEED = 0;
/** A step of a tenth of a second then takes minutes; slower ones a timer cannot wait for. */
const SLOWEST = 1e-3;

export const parametersOf = (pace: Pace): readonly ParameterHandle[] => [
  {
    name: "/run/paused",
    get: () => ({ name: "/run/paused", value: pace.state.paused }),
    set(value) {
      if (typeof value !== "boolean") throw new InvalidValueError("/run/paused", value, "true or false");
      if (value) pace.pause();
      else pace.resume();
    },
  },
  {
    name: "/run/speed",
    get: () => ({ name: "/run/speed", value: Number.isFinite(pace.state.speed) ? pace.state.speed : FULL_SPEED, type: "float64" }),
    set(value) {
      if (typeof value !== "number" || !Number.isFinite(value) || (value !== FULL_SPEED && value < SLOWEST)) {
        throw new InvalidValueError("/run/speed", value, `simulated seconds per second from ${SLOWEST} up, or 0 for as fast as possible`);
      }
      pace.setSpeed(value === FULL_SPEED ? Infinity : value);
    },
  },
];

export function servicesOf(pace: Pace): readonly ServiceHandle[] {
  const service = (name: string, act: () => void, outcome: string): ServiceHandle => ({
    name,
    call() {
      if (pace.state.stopped) throw new OrderError("The run is being stopped, or has ended.");
      act();
      return outcome;
    },
  });
  return [
    service("/run/pause", () => pace.pause(), "paused"),
    service("/run/resume", () => pace.resume(), "running"),
    service("/run/step", () => pace.stepOnce(), "one step"),
    service("/run/stop", () => pace.stop(), "stopping"),
  ];
}
