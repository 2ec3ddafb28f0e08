/** @file The doors to Python, with a real Python. */
import { execFile, spawn } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { environments } from "../../envs/index.ts";
import { RemoteError } from "../../src/contract/errors.ts";
import { isLast, type Step } from "../../src/contract/step.ts";
import { connectEnvironment } from "../../src/interop/remote/remote-environment.ts";
import { openEnvironment } from "../../src/runtime/open-environment.ts";
import { started, type Served } from "./engram-process.ts";
import { doors, pythonHome, script } from "./python-home.ts";

const { python, env, problem } = pythonHome("engram-python", doors, "THE DOORS TO PYTHON ARE");

describe.skipIf(problem !== undefined)("in Python", () => {
  it.each([
    "worlds_pass_gymnasiums_checks",
    "a_world_is_lived_in",
    "vectors_autoreset_as_gymnasiums_do",
    "a_gymnasium_environment_is_served",
    "a_step_that_is_refused_moves_no_copy",
    "a_served_environment_has_the_name_it_is_given",
    "a_served_environment_keeps_its_own_name",
    "an_answer_that_is_not_waited_for_is_never_taken_for_another",
    "an_answer_of_another_kind_is_refused_and_the_connection_is_over",
    "a_server_of_ones_own_hears_no_ctrl_c_and_ends_with_whoever_started_it",
    "a_server_bears_whatever_is_sent_and_says_what_was_wrong",
    "errors_say_what_to_do",
  ])(
    "%s",
    async (name) => {
      const { stdout } = await promisify(execFile)(python, [script("doors.py"), name], { env, timeout: 100_000 });
      expect(JSON.parse(stdout)).toEqual({ passed: name });
    },
    120_000,
  );
});

describe.skipIf(problem !== undefined)("a Gymnasium environment", () => {
  const served: Served[] = [];
  afterAll(async () => Promise.all(served.map(async (one) => one.stop())));

  async function serve(port = 0, ...more: string[]): Promise<Served> {
    const one = await started(spawn(python, [script("serve_cartpole.py"), String(port), ...more], { env, stdio: ["ignore", "pipe", "inherit"] }));
    served.push(one);
    return one;
  }

  it("is a world for Engram, with its seeds, its ends and its numbers", async () => {
    const { url } = await serve();
    const entry = await openEnvironment(`gymnasium:${url}`, { environments: async () => environments });
    expect(entry.spec).toMatchObject({ id: "gymnasium/cartpole@1", horizon: 500, controlPeriod: 0.02 });
    expect(entry.spec.action.parts).toMatchObject([{ quantity: "choice", low: [0], high: [1] }]);
    const environment = entry.make();
    const first = environment.reset({ seed: 42 }).observation.slice();
    // What gymnasium.make("CartPole-v1").reset(seed=42) gives.
    [0.0273956, -0.00611216, 0.03585979, 0.0197368].forEach((value, k) => expect(first[k]).toBeCloseTo(value, 6));
    let step: Step = environment.step(Float32Array.of(1));
    let steps = 1;
    for (; !isLast(step); steps++) step = environment.step(Float32Array.of(1));
    expect(step.kind).toBe("terminated");
    expect(steps).toBeLessThan(15);
    expect(environment.reset({ seed: 42 }).observation).toEqual(first);
  }, 60_000);

  it("that cannot begin says why, and goes on", async () => {
    const { url } = await serve(0, "superstitious");
    const environment = (await connectEnvironment(url)).make();
    expect(() => environment.reset({ seed: 13 })).toThrow(RemoteError);
    expect(() => environment.reset({ seed: 13 })).toThrow(`${url} answers: ValueError: not with 13`);
    expect(environment.reset({ seed: 12 }).kind).toBe("first");
  }, 60_000);

  it("whose process is killed in the middle of an episode truncates it, says so, and is lived in again when it is back", async () => {
    const notices: string[] = [];
    const first = await serve();
    const environment = (await connectEnvironment(first.url, { onNotice: (text) => notices.push(text) })).make();
    const begin = environment.reset({ seed: 42 }).observation.slice();
    expect(environment.step(Float32Array.of(1)).kind).toBe("middle");
    await first.stop("SIGKILL");
    expect(environment.step(Float32Array.of(1))).toMatchObject({ kind: "truncated", reason: "disconnected", reward: 0, success: false });
    expect(notices).toEqual([expect.stringContaining("is lost: it closed the connection") as string]);
    await serve(Number(new URL(first.url).port));
    expect(environment.reset({ seed: 42 }).observation).toEqual(begin);
    expect(environment.step(Float32Array.of(1)).kind).toBe("middle");
    expect(notices[1]).toContain("is back");
  }, 60_000);
});
