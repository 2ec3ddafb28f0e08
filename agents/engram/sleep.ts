/**
 * @file The flagship's sleep. It asks itself what it remembers, distils memory into the reader and the slow policy, files memory anew under the improved
 * key, asks itself again, and undoes what it learned if an older task got worse; then it tidies memory.
 * @see McClelland, McNaughton & O'Reilly (1995) for why the slow system learns from memory, interleaved.
 */
import type { ConsolidationBudget, ConsolidationProgress, ConsolidationReport, SelfTest } from "../../src/contract/agent.ts";
import type { TaskId } from "../../src/contract/task.ts";
import type { GradientDescent } from "../../src/learning/gradient-descent.ts";
import type { RetrievalLearner } from "../../src/learning/meta/retrieval-learner.ts";
import type { RetrievalReader } from "../../src/learning/meta/retrieval-reader.ts";
import type { Exam } from "../../src/learning/exams.ts";
import { selfTestOf } from "../../src/learning/self-test.ts";
import type { EpisodicMemory } from "../../src/memory/episodic-memory.ts";
import { keepWithin, reproduced } from "../../src/memory/forgetting/eviction-rules.ts";
import { mergeNearDuplicates } from "../../src/memory/forgetting/near-duplicates.ts";
import type { RekeyReport } from "../../src/memory/rekey.ts";
import type { RandomStream } from "../../src/numerics/random.ts";

export interface Sleeper {
  readonly memory: EpisodicMemory;
  readonly reader: RetrievalReader;
  readonly learner: RetrievalLearner;
  readonly descent: GradientDescent;
  /** Sets what it asks itself; none where there is too little to ask. */
  setExams(): readonly Exam[];
  /** The task of the sleep before if that was undone. Then this one stands, else nothing new would ever be learned. */
  readonly owed: TaskId | undefined;
  /** Forgets what is over the budgets of a task and of all; what is still to be learned from stays whole. */
  keepBudgets(owed: TaskId | undefined): void;
}

/** So near are two states, and what was done in them, that are one: in squared distance of keys, and in distance of actions. */
const ALIKE = { keys: 1e-4, values: 0.01 } as const;

/** @param task What was learned last: it may get worse before it gets better. @param random Draws what is learned from. */
export function* sleep(
  sleeper: Sleeper,
  { gradientSteps, isOver = () => false, memoryBytes }: ConsolidationBudget,
  task: TaskId,
  random: RandomStream,
): Generator<ConsolidationProgress, ConsolidationReport> {
  const { memory, reader, learner, descent } = sleeper;
  const tasks = memory.tasks();
  if (gradientSteps === 0 || tasks.length === 0) {
    sleeper.keepBudgets(sleeper.owed);
    const forgotten = tidyUp(memoryBytes, sleeper);
    return { gradientSteps: 0, loss: 0, memorySize: memory.size, ...(memoryBytes !== undefined && { forgotten }) };
  }
  const exams = sleeper.setExams();
  const before = exams.map((exam) => errorsOn(sleeper, exam).errors);
  if (exams.length > 0) yield { gradientSteps: 0, loss: 0, doing: "self-test" };
  const saved = descent.snapshot();
  let progress: ConsolidationProgress = { gradientSteps: 0, loss: 0 };
  let drift = 0;
  let selfTests: SelfTest[];
  let rolledBack: boolean;
  let hasFailed = false;
  try {
    for (const loss of learner.steps({ tasks, latest: task, count: gradientSteps, exams }, random)) {
      progress = { gradientSteps: progress.gradientSteps + 1, loss };
      yield progress;
      if (isOver()) break;
    }
    ({ drift } = yield* fileAnew(reader, { ...progress, doing: "filing" }));
    selfTests = exams.map((exam, k) => selfTestAfter(sleeper, exam, before[k]!));
    if (exams.length > 0) yield { ...progress, doing: "self-test" };
    rolledBack = sleeper.owed === undefined && selfTests.some((test) => test.worse && test.task !== task);
    if (rolledBack) descent.restore(saved);
  } catch (error) {
    hasFailed = true;
    throw error;
  } finally {
    // However a sleep ends, keys are those of the encoder that it leaves.
    catchUp(reader, hasFailed);
  }
  yield { ...progress, doing: "tidying" };
  sleeper.keepBudgets(rolledBack ? task : undefined);
  const merged = mergeNearDuplicates(memory, ALIKE);
  const forgotten = tidyUp(memoryBytes, sleeper);
  const untested = tasks.filter((each) => exams.every((exam) => exam.task !== each));
  return {
    ...progress,
    memorySize: memory.size,
    selfTests,
    ...(untested.length > 0 && { untested }),
    rolledBack,
    merged,
    forgotten,
    drift: rolledBack ? 0 : drift,
  };
}

/** An encoder that has diverged may make keys that memory refuses: those from before stay, and the failure that is told is the first. */
function catchUp(reader: Sleeper["reader"], hasFailed: boolean): void {
  try {
    reader.catchUp();
  } catch (error) {
    if (!hasFailed) throw error;
  }
}

/** Forgets what the slow policy reproduces best, until memory is small enough; of every task alike where there is none. */
const tidyUp = (bytes: number | undefined, { memory, reader }: Sleeper): number =>
  keepWithin(memory, bytes, reader.hasSlowPolicy ? reproduced((_, row) => reader.slowErrorOn(row)) : undefined);

function selfTestAfter(sleeper: Sleeper, exam: Exam, before: Float64Array): SelfTest {
  const { episodes, errors } = errorsOn(sleeper, exam);
  return selfTestOf({ task: exam.task, episodes, before, after: errors });
}

/** How far off it is in each state that is asked, reading everything but the exam; and which episodes they are of. */
function errorsOn({ memory, reader }: Sleeper, exam: Exam): { readonly episodes: Int32Array; readonly errors: Float64Array } {
  const rows = memory.rowsOf(exam.task).filter((row) => exam.asked.has(memory.idOf(row)));
  const withheld = [...exam.withheld];
  return { episodes: rows.map((row) => memory.episodeOf(row)), errors: Float64Array.from(rows, (row) => reader.errorOn(row, withheld)) };
}

/** In turns, so that whoever watches goes on; nothing more is learned meanwhile. */
function* fileAnew(reader: RetrievalReader, progress: ConsolidationProgress): Generator<ConsolidationProgress, RekeyReport> {
  const turns = reader.rekeying();
  try {
    for (let turn = turns.next(); ; turn = turns.next()) {
      if (turn.done === true) return turn.value;
      yield progress;
    }
  } finally {
    turns.return({ entries: 0, drift: 0 });
  }
}
