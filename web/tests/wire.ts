/**
 * A wire to the server that can be cut, with all that is on its way. A browser's own offline mode
 * leaves downloads that have begun alone.
 */
import { connect, createServer, type Server, type Socket } from "node:net";

export class Wire {
  readonly #ends = new Set<Socket>();
  #whole = true;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async to(address: string): Promise<Wire> {
    const { hostname, port } = new URL(address);
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const place = server.address();
    if (place === null || typeof place === "string") throw new Error("no port");
    const wire = new Wire(server, `http://127.0.0.1:${place.port}`);
    server.on("connection", (near) => {
      if (!wire.#whole) return near.destroy();
      const far = connect(Number(port), hostname);
      for (const [end, other] of [
        [near, far],
        [far, near],
      ] as const) {
        wire.#ends.add(end);
        end.on("error", () => other.destroy());
        end.on("close", () => wire.#ends.delete(end));
        end.pipe(other);
      }
    });
    return wire;
  }

  cut(): void {
    this.#whole = false;
    for (const end of this.#ends) end.destroy();
  }

  mend(): void {
    this.#whole = true;
  }

  close(): Promise<void> {
    return new Promise((done) => this.server.close(() => done()));
  }
}
