/**
 * @file How fast a task is learned, alone and against learning it from scratch. A curve is what tests in the sleep on a task and right after it say of that
 * task; without tests while learning there is none.
 */
import { mean } from "../../numerics/statistics.ts";
import { firstVisit } from "../run-task.ts";
import type { AgentLog, Tested } from "./agent-log.ts";
import type { FigureDefinition, FigureReferences } from "./figure.ts";

export const transferFigures: readonly FigureDefinition[] = [
  {
    id: "forward-transfer-continual-world",
    name: "forward transfer (Continual World)",
    formula:
      "mean over j of (AUC_j − ref_j)/(1 − ref_j), AUC_j the mean of p_j over the tests in the sleep on task j and right after it, ref_j the same of learning it alone from scratch; tasks with ref_j = 1 are left out (Wołczyk et al. 2021)",
    better: "higher",
    minimumTasks: 1,
    against: "singleTaskCurves",
    of(log, references) {
      const gains = areas(log, references)?.flatMap(({ own, reference }) => (reference < 1 ? [(own - reference) / (1 - reference)] : []));
      return meanOrNothing(gains);
    },
  },
  {
    id: "forward-transfer-coom",
    name: "forward transfer (COOM)",
    formula: "(AUC − ref)/(1 − ref) of the means of AUC_j and ref_j over all tasks: a ratio of means, not a mean of ratios (Tomilin et al. 2023)",
    better: "higher",
    minimumTasks: 1,
    against: "singleTaskCurves",
    of(log, references) {
      const all = areas(log, references);
      if (all === undefined) return undefined;
      const [own, reference] = [mean(all.map((area) => area.own)), mean(all.map((area) => area.reference))];
      return reference < 1 ? (own - reference) / (1 - reference) : undefined;
    },
  },
  {
    id: "forward-transfer-meal",
    name: "forward transfer (MEAL)",
    formula: "mean over j of (AUC_j − ref_j)/ref_j; tasks with ref_j = 0 are left out (Tomilin et al. 2025)",
    better: "higher",
    minimumTasks: 1,
    against: "singleTaskCurves",
    of(log, references) {
      const gains = areas(log, references)?.flatMap(({ own, reference }) => (reference > 0 ? [(own - reference) / reference] : []));
      return meanOrNothing(gains);
    },
  },
  {
    id: "forward-transfer-libero",
    name: "learning speed (LIBERO's FWT)",
    formula:
      "mean over k of FWT_k = the mean of p_k over R[k − 1][k], the tests in the sleep on task k, and R[k][k]; without a reference (Liu et al. 2023)",
    better: "higher",
    minimumTasks: 1,
    of(log) {
      const all = curves(log);
      return all && mean(all.map(meanSuccess));
    },
  },
  {
    id: "area-under-curve-libero",
    name: "area under the success curve (LIBERO)",
    formula: "mean over k of (FWT_k + Σ over i > k of R[i][k]) / (N − k + 1), FWT_k as in LIBERO's learning speed (Liu et al. 2023)",
    better: "higher",
    minimumTasks: 1,
    of(log) {
      if (curves(log) === undefined) return undefined;
      return mean(log.tasks.map((_, k) => speedAndRetention(log.tests(k + 1, k + 1, log.tasks.length)!)));
    },
  },
  {
    id: "intransigence",
    name: "intransigence (RWalk)",
    formula:
      "mean over j of joint_j − R[j][j], joint_j the success on task j of an agent that learned all N tasks jointly, where the paper takes the first j (Chaudhry et al. 2018)",
    better: "lower",
    minimumTasks: 1,
    against: "jointFinal",
    of({ tasks, rates }, { jointFinal }) {
      if (rates === undefined || jointFinal === undefined || !tasks.every((task) => Object.hasOwn(jointFinal.tasks, task))) return undefined;
      return mean(tasks.map((task, k) => jointFinal.tasks[task]! - rates[k + 1]![k]!));
    },
  },
];

/** The tests of each task through its own sleep, R before and after included; absent where one was not tested in its sleep. */
function curves(log: AgentLog): readonly (readonly Tested[])[] | undefined {
  const all = log.tasks.map((_, k) => log.tests(k + 1, k + 1, k + 1));
  return all.length > 0 && all.every((curve) => curve?.some(({ asleep }) => asleep)) ? (all as readonly (readonly Tested[])[]) : undefined;
}

/** AUC_j and ref_j of every task; absent without a reference whose tests came at the same gradient steps. */
function areas(log: AgentLog, { singleTaskCurves }: FigureReferences): { readonly own: number; readonly reference: number }[] | undefined {
  const all = curves(log)?.map((curve, k) => {
    const [own, reference] = [curve.slice(1), singleTaskCurves && curveAlone(singleTaskCurves, log.tasks[k]!)];
    const alike = own.length === reference?.length && own.every(({ gradientStep }, t) => gradientStep === reference[t]!.gradientStep);
    return alike ? { own: meanSuccess(own), reference: meanSuccess(reference) } : undefined;
  });
  return all?.includes(undefined) === false ? (all as NonNullable<(typeof all)[number]>[]) : undefined;
}

/** Whoever learns a task alone has not met it before, though the sequence has. */
const curveAlone = ({ tasks }: NonNullable<FigureReferences["singleTaskCurves"]>, task: string): (typeof tasks)[string] | undefined =>
  tasks[task] ?? tasks[firstVisit(task)];

/** @param tests Of task k, from before its own phase on to the end. */
function speedAndRetention(tests: readonly Tested[]): number {
  const own = tests[0]!.phase;
  const later = tests.filter(({ phase, asleep }) => phase > own && !asleep).map(({ success }) => success);
  return mean([meanSuccess(tests.filter(({ phase }) => phase === own)), ...later]);
}

const meanSuccess = (tests: readonly Pick<Tested, "success">[]): number => mean(tests.map(({ success }) => success));
const meanOrNothing = (values: readonly number[] | undefined): number | undefined =>
  values === undefined || values.length === 0 ? undefined : mean(values);
