/** @file Listens on a port of loopback, or on the next one that is free. */
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { InvalidValueError } from "../contract/errors.ts";

export const LOOPBACK = "127.0.0.1";
const MOST_TRIES = 50;

/**
 * @param port The first to try; 0 takes any that is free.
 * @returns The port it listens on.
 * @throws {InvalidValueError} Not a port, or neither it nor the 50 after it are free.
 */
export async function listenNear(server: Server, port: number): Promise<number> {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new InvalidValueError("port", port, "an integer from 0 to 65535");
  const last = Math.min(65_535, port + MOST_TRIES);
  for (let candidate = port; candidate <= last; candidate++) {
    if (await listens(server, candidate)) return (server.address() as AddressInfo).port;
  }
  throw new InvalidValueError("port", port, "free, or one of the 50 after it", "Name another one, or 0 for any that is free.");
}

function listens(server: Server, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => {
      server.off("listening", onListening);
      if (error.code === "EADDRINUSE") resolve(false);
      else reject(error);
    };
    const onListening = (): void => {
      server.off("error", onError);
      resolve(true);
    };
    server.once("error", onError).once("listening", onListening).listen(port, LOOPBACK);
  });
}
