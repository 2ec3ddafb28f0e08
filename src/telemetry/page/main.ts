/**
 * @file The live page: what the robot does, what it remembers while doing it, and how well it keeps what it learned. It speaks the same
 * protocol as any other viewer; nothing here is needed by a run.
 */
// oxlint-disable import/no-unassigned-import -- the bundler makes main.css of the one; the other must come before the charts
import "./page.css";
import "./language.ts";
// oxlint-enable import/no-unassigned-import
import type { FrameTransforms, SceneUpdate } from "../messages.ts";
import { ClosingTable } from "./closing-table.ts";
import { ConnectionChip } from "./connection-chip.ts";
import { ControlsBar } from "./controls-bar.ts";
import { element } from "./element.ts";
import { EpisodeCard } from "./episode-card.ts";
import { FoxgloveClient } from "./foxglove-client.ts";
import { HeatMaps } from "./heat-maps.ts";
import { LossChart } from "./loss-chart.ts";
import { Playback } from "./playback.ts";
import { RecallPanel } from "./recall-panel.ts";
import { RunModel } from "./run-model.ts";
import { clipShowing, liveShowing, type Showing } from "./showing.ts";
import { SleepPanel } from "./sleep-panel.ts";
import { Stage } from "./stage.ts";
import { StageNote } from "./stage-note.ts";
import { SuccessCharts } from "./success-charts.ts";
import { TaskStrip } from "./task-strip.ts";

/** Milliseconds between two looks at the panels; text that changes faster cannot be read. */
const PANEL_PERIOD = 80;

const model = new RunModel();
const playback = new Playback();
const client = new FoxgloveClient(`ws://${location.host}/`, {
  onState(state) {
    // Not before: what is known of a run that is gone stays on the page.
    if (state === "open") model.forgetHistories();
    model.connection = state;
  },
  onParameters(parameters) {
    for (const { name, value } of parameters) {
      if (name === "/run/paused") model.paused = value === true;
      if (name === "/run/speed" && typeof value === "number") model.speed = value;
    }
  },
  onStatus: (message) => chip.tell(message),
  onOtherSession: () => location.reload(),
});

const strip = new TaskStrip(model);
const chip = new ConnectionChip(model);
const card = new EpisodeCard(model);
const recall = new RecallPanel(model);
const closing = new ClosingTable(model);
const charts = [new SuccessCharts(model), new HeatMaps(model)] as const;
const loss = new LossChart(model);
const sleep = new SleepPanel(model);
const note = new StageNote(model);
const controls = new ControlsBar(model, {
  setPaused: (paused) => client.setParameter("/run/paused", paused),
  setSpeed: (speed) => client.setParameter("/run/speed", speed),
  step: () => client.call("/run/step"),
  stop: () => client.call("/run/stop"),
});

const view = element("div", { class: "view" });
const stageBox = element("section", { class: "stage", attributes: { "aria-label": "The world" } }, [
  view,
  card.root,
  card.badge,
  card.meter,
  note.root,
  closing.root,
]);
document.body.append(
  element("header", { class: "top" }, [
    element("div", { class: "brand" }, [element("strong", { text: "Engram" }), chip.scenario]),
    strip.root,
    controls.root,
    chip.root,
  ]),
  strip.bar,
  element("main", {}, [
    stageBox,
    sleep.root,
    element("aside", {}, [recall.root, loss.root]),
    element(
      "div",
      { class: "results" },
      charts.map(({ root }) => root),
    ),
  ]),
);

const stage = makeStage();
/** The latest live world, kept for when the page goes back from playback to it. */
const live: { scene?: SceneUpdate; transforms?: FrameTransforms } = {};
/** Whose bodies are on the stage: the live scene, or that of a clip. */
let staged: SceneUpdate | undefined;
/** Where the bodies on the stage stand, when it was the live world that said so. */
let placed: FrameTransforms | undefined;
let poses = new Float32Array(0);
let panelsDue = 0;

function makeStage(): Stage | undefined {
  try {
    return new Stage(view);
  } catch {
    note.tell("This browser has no WebGL, so the world cannot be drawn. Everything else works.");
    return undefined;
  }
}

/** What is only worth sending while somebody looks. */
function watchFrames(): void {
  model.episode = undefined;
  client.subscribe("/scene", (scene) => {
    live.scene = scene;
    delete live.transforms;
  });
  client.subscribe("/tf", (transforms) => (live.transforms = transforms));
  client.subscribe("/recall", (message) => (model.latestRecall = message));
  client.subscribe("/episode", (message) => model.takeEpisode(message));
  client.subscribe("/clip", (clip) => playback.offer(clip, performance.now() / 1000));
}

function ignoreFrames(): void {
  for (const topic of ["/scene", "/tf", "/recall", "/episode", "/clip"] as const) client.unsubscribe(topic);
  playback.clear();
}

function stageScene(scene: SceneUpdate): void {
  if (scene === staged) return;
  staged = scene;
  placed = undefined;
  poses = new Float32Array(7 * scene.entities.length);
  stage?.show(scene);
}

/** Puts this moment on the stage and says what it is. */
function showMoment(now: number): Showing | undefined {
  const moment = model.fast ? playback.at(now) : undefined;
  if (moment !== undefined) {
    stageScene(moment.clip.scene);
    playback.writePoses(now, poses);
    stage?.placeAll(poses);
    return clipShowing(moment);
  }
  if (live.scene !== undefined && live.transforms !== undefined) {
    stageScene(live.scene);
    if (live.transforms !== placed) stage?.place(live.transforms);
    placed = live.transforms;
  }
  return liveShowing(model);
}

function frame(milliseconds: number): void {
  const showing = showMoment(milliseconds / 1000);
  stage?.draw(milliseconds);
  if (milliseconds >= panelsDue) {
    panelsDue = milliseconds + PANEL_PERIOD;
    updatePanels(showing);
  }
  requestAnimationFrame(frame);
}

function updatePanels(showing: Showing | undefined): void {
  card.update(showing);
  recall.update(showing);
  note.update(showing, staged?.entities.length === 0);
  for (const panel of [strip, controls, chip, closing, sleep, loss, ...charts]) panel.update();
}

client.subscribe("/run", (run) => model.takeRun(run));
client.subscribe("/progress", (progress) => (model.progress = progress));
client.subscribe("/results", (result) => model.takeResult(result));
client.subscribe("/loss", (point) => model.takeLoss(point));
client.subscribe("/sleep", (message) => model.takeSleep(message));
client.subscribe("/summary", (summary) => (model.summary = summary));
document.addEventListener("visibilitychange", () => (document.hidden ? ignoreFrames() : watchFrames()));
watchFrames();
client.connect();
requestAnimationFrame(frame);
