/** @file `engram envs`, `engram agents` and `engram scenarios`: what there is. */
import type { AgentEntry } from "../../contract/agent.ts";
import type { EnvironmentEntry, EnvironmentSpec } from "../../contract/environment.ts";
import type { Space } from "../../contract/space.ts";
import type { Suite } from "../../continual/suite.ts";
import type { Registries } from "../registries.ts";
import { loadSuite } from "../load-suite.ts";
import { openEnvironment } from "../open-environment.ts";
import { columns } from "../columns.ts";

interface Output {
  readonly json?: boolean;
}

const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** All worlds, or one in detail. */
export async function environmentsCommand(id: string | undefined, { json }: Output, registries: Registries): Promise<void> {
  const environments = await registries.environments();
  if (id === undefined) {
    const all = [...environments.values()].map(({ spec }) => ({ id: spec.id, summary: spec.summary }));
    print(json === true ? JSON.stringify(all) : columns(all.map((one) => [one.id, one.summary])));
    return;
  }
  const entry = await openEnvironment(id, registries);
  print(json === true ? JSON.stringify(plain(entry)) : described(entry));
}

export async function agentsCommand({ json }: Output, registries: Registries): Promise<void> {
  const all = [...(await registries.agents()).values()].map(({ name, summary, defaults }: AgentEntry) => ({ name, summary, defaults }));
  const settings = (defaults: Readonly<Record<string, unknown>>): string =>
    Object.entries(defaults)
      .map(([key, value]) => `\n    ${key} = ${JSON.stringify(value)}`)
      .join("");
  print(json === true ? JSON.stringify(all) : all.map((one) => `${one.name}: ${one.summary}${settings(one.defaults)}`).join("\n"));
}

export async function scenariosCommand({ json }: Output, registries: Registries): Promise<void> {
  const all = await Promise.all([...registries.scenarios.values()].map(async (load) => load()));
  print(
    json === true
      ? JSON.stringify(all.map(({ name, summary, config }) => ({ name, summary, config })))
      : columns(all.map((one) => [one.name, one.summary])),
  );
}

/** All suites, or the worlds of one. */
export async function suitesCommand(name: string | undefined, { json }: Output, registries: Registries): Promise<void> {
  const suites = await registries.suites();
  if (name === undefined) {
    const all = [...suites.values()].map((suite) => ({ name: suite.name, worlds: suite.worlds.length, summary: suite.summary }));
    print(json === true ? JSON.stringify(all) : columns(all.map((one) => [one.name, String(one.worlds), one.summary])));
    return;
  }
  const suite = loadSuite(name, suites);
  const listed = (worlds: Suite["worlds"]): string =>
    columns(worlds.map(({ world, demonstrations = "" }, k) => [`  ${k + 1}`, world, demonstrations]));
  const text = [`${suite.name}: ${suite.summary}`, listed(suite.worlds), ...(suite.test.length > 0 ? ["to be tested in", listed(suite.test)] : [])];
  print(json === true ? JSON.stringify(suite, undefined, 2) : text.join("\n"));
}

const plain = ({ spec, controller }: EnvironmentEntry): object => {
  const parts = ({ parts: list }: Space): readonly object[] =>
    list.map(({ name, quantity, unit, offset, size, age, low, high }) => ({ name, quantity, unit, offset, size, age, low, high }));
  const { id, summary, observation, action, variation, settings, controlPeriod, horizon } = spec;
  return {
    id,
    summary,
    controlPeriod,
    horizon,
    demonstrator: controller !== undefined,
    observation: parts(observation),
    action: parts(action),
    variation: parts(variation),
    settings,
  };
};

function described({ spec, controller }: EnvironmentEntry): string {
  return [
    `${spec.id}: ${spec.summary}`,
    `${(1 / spec.controlPeriod).toFixed(0)} actions a second, ${spec.horizon} at most; ${controller === undefined ? "no" : "a"} scripted demonstrator`,
    ...(["observation", "action", "variation"] as const).map((name) => `\n${name}\n${partTable(spec, name)}`),
    ...(spec.settings.length > 0 ? [`\nsettings\n${settingTable(spec)}`] : []),
  ].join("\n");
}

function partTable(spec: EnvironmentSpec, name: "observation" | "action" | "variation"): string {
  const bounds = (low: readonly number[], high: readonly number[]): string =>
    low.map((bound, k) => `${round(bound)} … ${round(high[k]!)}`).join(", ");
  return columns(
    spec[name].parts.map((part) => [
      `  ${part.offset}${part.size > 1 ? `–${part.offset + part.size - 1}` : ""}`,
      part.age > 0 ? `${part.name}, ${part.age} step before` : part.name,
      `${part.quantity} [${part.unit}]`,
      bounds(part.low, part.high),
    ]),
  );
}

const settingTable = ({ settings }: EnvironmentSpec): string =>
  columns(
    settings.map(({ name, summary, unit, low, high, nominal }) => [
      `  ${name}`,
      `${round(low)} … ${round(high)}${unit === "1" ? "" : ` ${unit}`}, normally ${round(nominal)}`,
      summary,
    ]),
  );

/** The largest float32 stands for no bound at all. */
const round = (value: number): string => (Math.abs(value) > 3.4e38 ? (value < 0 ? "−∞" : "∞") : String(Number(value.toPrecision(4))));
