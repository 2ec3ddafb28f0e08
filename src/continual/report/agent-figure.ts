/** @file A picture of one agent, under its name and in its colour. */
import { markup, type Markup, type Part } from "./markup.ts";
import { agentClass } from "./style.ts";

/** @param index Of the agent among those of the run. */
export const agentFigure = (agent: string, index: number, picture: Part): Markup =>
  markup`<figure class="${agentClass(index)}"><h3><span class="swatch"></span>${agent}</h3>${picture}</figure>`;
