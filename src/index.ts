/** @file The framework's public list, written by hand: what a scenario, a world or an agent of your own is made with. */

// Scenarios and runs
export { defineScenario, type Scenario, type ScenarioOptions } from "./continual/scenario.ts";
export type { ContinualConfig, ContinualConfigInput } from "./continual/config.ts";
export { ContinualRun, StoppedError, type ContinualRunOptions, type ProbeOptions, type RunTask } from "./continual/continual-run.ts";
export type {
  Demonstrated,
  Evaluated,
  Learned,
  LossPoint,
  Measured,
  MemoryRead,
  Probed,
  RunEvent,
  RunFinished,
  RunProgress,
  RunStarted,
  TestedWhileLearning,
} from "./continual/run-event.ts";
export { figures, figuresOf, type Figure, type FigureDefinition, type FigureReferences } from "./continual/figures.ts";
export { isolatedForgetting, isolatedTransfer, type IsolationMatrix } from "./continual/figures/isolation.ts";
export { metrics, type Metric } from "./continual/metrics.ts";
export { jointFinal, references, singleTaskCurves, type References } from "./continual/references.ts";
export { summarize, type RunSummary } from "./continual/summary.ts";

// What worlds, minds and memories are to each other
export type {
  Agent,
  AgentEntry,
  AgentMeasurements,
  AgentOptions,
  ConsolidationBudget,
  ConsolidationProgress,
  ConsolidationReport,
  Decision,
  DecisionContext,
  Transition,
} from "./contract/agent.ts";
export {
  asEnvironmentId,
  type Controller,
  type Environment,
  type EnvironmentEntry,
  type EnvironmentId,
  type EnvironmentSpec,
  type ResetOptions,
  type Setting,
} from "./contract/environment.ts";
export * from "./contract/errors.ts";
export type { Counterfactual, Explanation, ExplanationContext, MemoryCondition, Provenance } from "./contract/explanation.ts";
export {
  emptyRecall,
  type EntryId,
  type EntryMarks,
  type LongTermMemory,
  type MemoryEntry,
  type MemoryShape,
  type MemoryStore,
  type NewMemoryEntry,
  type Recall,
  type RecallFilter,
  type RecallOptions,
  type StoreChanges,
} from "./contract/memory.ts";
export type { IndexedMemory, MemoryIndex } from "./contract/memory-index.ts";
export type { Scene, SceneBody, SceneShape, ShapeGeometry } from "./contract/scene.ts";
export type { Snapshot, SnapshotValue } from "./contract/snapshot.ts";
export { bring, contains, space, type PartOptions, type Quantity, type Space, type SpacePart, type Unit } from "./contract/space.ts";
export * from "./contract/step.ts";
export { asTaskId, type Task, type TaskId } from "./contract/task.ts";
export { validate, type Schema } from "./contract/validate.ts";

// Demonstrations from and for others
export type { DemonstrationSet, RecordedEpisode } from "./contract/demonstration.ts";
export { filesIn, type FileInside } from "./interop/files-in.ts";
export { createMinari, openMinari, type MinariOptions, type MinariWriter } from "./interop/minari.ts";

// Parts to build with
export { checkEnvironment, environmentChecks, type CheckResult, type EnvironmentCheck } from "./environments/check-environment.ts";
export { findEnvironment } from "./environments/find-environment.ts";
export { LocalVectorEnvironment } from "./environments/vector/local-vector.ts";
export {
  autoresetModes,
  type AutoresetMode,
  type VectorEnvironment,
  type VectorOptions,
  type VectorResetOptions,
  type VectorStep,
} from "./environments/vector/vector-environment.ts";
export { driftAt, DriftWrapper, type Drift } from "./environments/wrappers/drift.ts";
export { FrameStackWrapper } from "./environments/wrappers/frame-stack.ts";
export { HideWrapper } from "./environments/wrappers/hide.ts";
export { NormalizeObservationWrapper, NormalizeRewardWrapper, type NormalizeOptions } from "./environments/wrappers/normalize.ts";
export { SettingsWrapper } from "./environments/wrappers/settings.ts";
export { StatisticsWrapper, type EpisodeStatistics } from "./environments/wrappers/statistics.ts";
export { TimeLimitWrapper } from "./environments/wrappers/time-limit.ts";
export { wrapped, Wrapper } from "./environments/wrappers/wrapper.ts";
export { WorkerVectorEnvironment, type WorkerVectorOptions } from "./environments/workers/worker-vector.ts";
export { checkTask, entryOf, SimulatedEnvironment } from "./environments/simulated-environment.ts";
export { trialOf, type TrialOptions } from "./environments/trial.ts";
export type { Episode, Outcome, Simulation, World } from "./environments/simulation.ts";
export { agentActor, closedLoop, controllerActor, type Actor, type ClosedLoopOptions, type EpisodePlan } from "./streams/closed-loop.ts";
export type { EpisodeEnded, EpisodeStarted, LoopEvent, Stepped } from "./streams/loop-event.ts";
export { Pace, type PaceState } from "./streams/pace.ts";
export { RandomStream } from "./numerics/random.ts";
export { parseSuite, placementsOf, type Suite, type SuiteInput } from "./continual/suite.ts";
export { RunningMoments, type Moments } from "./numerics/running-moments.ts";
export { mean, stratifiedBootstrap, successRate, type Estimate } from "./numerics/statistics.ts";
export { EpisodicMemory, type EpisodicMemoryOptions } from "./memory/episodic-memory.ts";
export { openHnsw, type HnswIndex, type HnswOptions } from "./memory/stores/hnsw-index.ts";
export { attend, weightedSum } from "./memory/reading/attention.ts";
export { HierarchicalRead, type Breadth, type Looked } from "./memory/reading/hierarchical-read.ts";
export { weighByInverseDistance } from "./memory/reading/inverse-distance.ts";
export { takeNearest } from "./memory/reading/nearest.ts";
export { reinstate, reinstated } from "./memory/reading/reinstatement.ts";
export { noveltyGate, surpriseGate, type SurpriseOptions } from "./memory/writing/gates.ts";
export { leastUsed, type LeastUsedOptions, type LeastUsedRule } from "./memory/writing/least-used.ts";
export { onlineThinning } from "./memory/writing/online-thinning.ts";
export { rareEvents, type RareEventsOptions } from "./memory/writing/rare-events.ts";
export { reservoir } from "./memory/writing/reservoir.ts";
export { successOnly, type SuccessOnlyRule } from "./memory/writing/success-only.ts";
export { tabularUpdate, type TabularUpdateOptions } from "./memory/writing/tabular-update.ts";
export { taskQuota } from "./memory/writing/task-quota.ts";
export { always, type WritingRule } from "./memory/writing/writing-rule.ts";
export { entryBytes, evict, type Budget, type EvictionRule } from "./memory/forgetting/eviction.ts";
export {
  atRandom,
  balanced,
  leastImportant,
  leastRead,
  leastRecentlyRead,
  oldest,
  reproduced,
  type ErrorOn,
} from "./memory/forgetting/eviction-rules.ts";
export { mergeNearDuplicates, type Nearness } from "./memory/forgetting/near-duplicates.ts";
export { thinning, thinTask } from "./memory/forgetting/thinning.ts";
export { forgetTask } from "./memory/forgetting/unlearning.ts";
export { provenanceOf } from "./memory/provenance.ts";
export { relativeFeatures, type Features } from "./learning/features.ts";
export { strategies } from "./learning/consolidation/strategies.ts";
export type { Consolidation, ConsolidationStrategy } from "./learning/consolidation/strategy.ts";
export { attentionRead, type AttentionOptions } from "./tensor/attention.ts";
export { adaptedError, type TaskBatch } from "./tensor/adapted-error.ts";
export { adamState, adamStep, clipByGlobalNorm, type AdamOptions, type AdamState } from "./tensor/adam.ts";
export { FlatVector } from "./tensor/flat-vector.ts";
export { valueAndGradient, valueOf, type Loss } from "./tensor/gradient.ts";
export { gru, gruPart, initializeGru, type GruInput, type GruShape } from "./tensor/gru.ts";
export { categorical, sampleSquashedGaussian, squashedGaussianLogProbability, type Categorical, type SquashedSample } from "./tensor/heads.ts";
export { MlpActor } from "./tensor/mlp-actor.ts";
export { initializeMlp, mlpPart, type Activation, type MlpShape } from "./tensor/mlp-shape.ts";
export { mlp } from "./tensor/mlp.ts";
export { mlpError } from "./tensor/mlp-error.ts";
export * as ops from "./tensor/ops.ts";
export { layoutOf, tensorView, view, type ParameterLayout, type ParameterPart, type TensorViews } from "./tensor/parameters.ts";
export { sgdState, sgdStep, type SgdOptions, type SgdState } from "./tensor/sgd.ts";
export { differentiate } from "./tensor/tape.ts";
export { selectBackend, type BackendName, type BackendOptions, type BackendReport } from "./tensor/backend.ts";
export { checkGradient, type GradientCheck, type GradientCheckOptions, type ScalarFunction } from "./tensor/check-gradient.ts";
