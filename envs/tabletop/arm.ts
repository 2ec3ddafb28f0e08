/**
 * @file The arm that the hand is seen to hang from: two links from a turning shoulder to the wrist above the hand, bent up at the elbow.
 * Only a look: what moves the hand is its mocap body, so these joints have no limits, no mass and no say.
 */
import type { Body, Vec3 } from "cannon-es";
import { boxPart, color, rodPart, type LookPart, type TableScene } from "./looks.ts";
import { clamp } from "./shaping.ts";

/** Where the shoulder is, and how far above the hand the wrist; in m. */
const SHOULDER = { y: 0, z: 0.34 };
const WRIST = 0.19;

/** Both links' length, in m: together just more than the farthest corner of the workspace. */
const LINK = 0.62;

/** The arm's joints for one place of the hand; angles in rad, the links' from the vertical. */
interface Pose {
  yaw: number;
  upper: number;
  lower: number;
}

/** Adds the arm to a scene; it follows the hand. */
export function drawArm(scene: TableScene, hand: Vec3): void {
  const pose: Pose = { yaw: 0, upper: 0, lower: 0 };
  const ball = (at: number, radius: number): LookPart => rodPart({ radius, height: 1.9 * radius, along: "y" }, [0, 0, at], color.graphite);
  scene.dress(
    "pedestal",
    [boxPart([0.15, 0.13, 0.02], [0, 0.02, -0.08], color.graphite), rodPart({ radius: 0.085, height: 0.34, along: "z" }, [0, 0, 0.09], color.white)],
    () => undefined,
  );
  scene.dress("shoulder", [rodPart({ radius: 0.09, height: 0.05, along: "z" }, [0, 0, 0.27], color.teal), ball(SHOULDER.z, 0.07)], (body) => {
    bend(pose, hand);
    turn(body, pose.yaw, 0);
  });
  scene.dress("upper arm", [rodPart({ radius: 0.05, height: LINK - 0.12, along: "z" }, [0, 0, LINK / 2], color.white), ball(LINK, 0.058)], (body) => {
    body.position.set(0, SHOULDER.y, SHOULDER.z);
    turn(body, pose.yaw, pose.upper);
  });
  scene.dress("forearm", [rodPart({ radius: 0.04, height: LINK - 0.1, along: "z" }, [0, 0, LINK / 2], color.white), ball(LINK, 0.046)], (body) => {
    const out = LINK * Math.sin(pose.upper);
    body.position.set(out * Math.cos(pose.yaw), SHOULDER.y + out * Math.sin(pose.yaw), SHOULDER.z + LINK * Math.cos(pose.upper));
    turn(body, pose.yaw, pose.lower);
  });
  scene.dress(
    "wrist",
    [
      rodPart({ radius: 0.032, height: 0.08, along: "z" }, [0, 0, WRIST - 0.05], color.white),
      rodPart({ radius: 0.036, height: 0.016, along: "z" }, [0, 0, WRIST - 0.085], color.teal),
    ],
    (body) => body.position.copy(hand),
  );
}

/** The joints that bring two equal links from the shoulder to the wrist: an isosceles triangle, its apex up. */
function bend(pose: Pose, hand: Vec3): void {
  const out = Math.hypot(hand.x, hand.y - SHOULDER.y);
  const up = hand.z + WRIST - SHOULDER.z;
  const reach = Math.atan2(out, up);
  const half = Math.acos(clamp(Math.hypot(out, up) / (2 * LINK), 0, 1));
  pose.yaw = Math.atan2(hand.y - SHOULDER.y, hand.x);
  pose.upper = reach - half;
  pose.lower = reach + half;
}

/** Turns a body that points up by an angle from the vertical, in the vertical plane at a yaw: q = q_z(yaw)·q_y(angle). */
function turn(body: Body, yaw: number, angle: number): void {
  const [cz, sz, cy, sy] = [Math.cos(yaw / 2), Math.sin(yaw / 2), Math.cos(angle / 2), Math.sin(angle / 2)];
  body.quaternion.set(-sz * sy, cz * sy, sz * cy, cz * cy);
}
