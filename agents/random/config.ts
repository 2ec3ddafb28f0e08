/** @file The random agent has nothing to set. */
import { z } from "zod";

export const randomConfig = z.strictObject({});
