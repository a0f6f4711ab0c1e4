import {
  closeSync,
  existsSync,
  fdatasyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

/** What a collection was made with, as the interface names it, and its payload indexes. */
export interface CollectionConfig {
  readonly size: number;
  readonly distance: string;
  readonly onDiskPayload: boolean;
  readonly hnsw: Readonly<Record<string, unknown>>;
  metadata: Record<string, unknown> | null;
  readonly payloadSchema: Record<string, unknown>;
}

/** One point as it is kept. */
export interface KeptPoint {
  readonly id: string;
  readonly vector: readonly number[];
  /** The payload as JSON text. */
  readonly payload: string;
}

interface Place {
  readonly row: number;
  readonly payload: string;
}

/**
 * The points of one collection of the stand-in, in two files: vectors by row, and one line for each change of a point.
 * A change is synced before it is told, and a line without its end is cut when it is opened, so a server that was
 * killed has just what it acknowledged.
 */
export class Points {
  readonly #directory: string;
  readonly #config: CollectionConfig;
  readonly #places = new Map<string, Place>();
  readonly #vectors: number;
  readonly #lines: number;
  #rows = 0;
  #linesEnd = 0;
  #changes = 0;

  constructor(directory: string, config: CollectionConfig) {
    this.#directory = directory;
    this.#config = config;
    mkdirSync(directory, { recursive: true });
    this.#save();
    this.#vectors = openSync(join(directory, "vectors.bin"), existsSync(join(directory, "vectors.bin")) ? "r+" : "w+");
    const linesFile = join(directory, "points.log");
    const text = existsSync(linesFile) ? readFileSync(linesFile, "utf8") : "";
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    this.#lines = openSync(linesFile, existsSync(linesFile) ? "r+" : "w+");
    this.#linesEnd = Buffer.byteLength(whole);
    ftruncateSync(this.#lines, this.#linesEnd);
    for (const line of whole.split("\n")) {
      if (line === "") continue;
      const [id = "", row = "", payload = ""] = splitAt(line);
      this.#changes++;
      if (row === "-") this.#places.delete(id);
      else this.#places.set(id, { row: Number(row), payload });
      if (row !== "-") this.#rows = Math.max(this.#rows, Number(row) + 1);
    }
  }

  /** The collections found in a directory, by name. */
  static openAll(directory: string): Map<string, Points> {
    mkdirSync(directory, { recursive: true });
    const found = new Map<string, Points>();
    for (const name of readdirSync(directory)) {
      const file = join(directory, name, "collection.json");
      if (existsSync(file)) {
        found.set(decodeURIComponent(name), new Points(join(directory, name), JSON.parse(readFileSync(file, "utf8"))));
      } else rmSync(join(directory, name), { recursive: true, force: true });
    }
    return found;
  }

  get config(): CollectionConfig {
    return this.#config;
  }

  get count(): number {
    return this.#places.size;
  }

  get changes(): number {
    return this.#changes;
  }

  ids(): string[] {
    return [...this.#places.keys()].sort();
  }

  payloadOf(id: string): unknown {
    const place = this.#places.get(id);
    return place ? JSON.parse(place.payload) : undefined;
  }

  has(id: string): boolean {
    return this.#places.has(id);
  }

  vectorOf(id: string): Float32Array {
    const place = this.#places.get(id);
    const bytes = Buffer.alloc(this.#config.size * 4);
    if (place) readSync(this.#vectors, bytes, 0, bytes.length, place.row * bytes.length);
    return new Float32Array(bytes.buffer, bytes.byteOffset, this.#config.size);
  }

  /** Changes the collection's own data, durably. */
  change(change: (config: CollectionConfig) => void): void {
    change(this.#config);
    this.#save();
  }

  /** Adds points or puts new ones in the place of old ones, and returns once that is on the disk. */
  upsert(points: readonly KeptPoint[]): void {
    const rowBytes = this.#config.size * 4;
    const vectors = new Float32Array(points.length * this.#config.size);
    points.forEach(({ vector }, index) => {
      vectors.set(unitVector(vector, this.#config.distance), index * this.#config.size);
    });
    writeAll(this.#vectors, Buffer.from(vectors.buffer), this.#rows * rowBytes);
    fdatasyncSync(this.#vectors);
    const first = this.#rows;
    this.#append(points.map(({ id, payload }, index) => `${id} ${first + index} ${payload}\n`).join(""));
    points.forEach(({ id, payload }, index) => {
      this.#places.set(id, { row: first + index, payload });
    });
    this.#rows += points.length;
  }

  /** Removes points, and returns once that is on the disk. */
  remove(ids: readonly string[]): void {
    const there = ids.filter((id) => this.#places.has(id));
    this.#append(there.map((id) => `${id} - \n`).join(""));
    for (const id of there) this.#places.delete(id);
  }

  close(): void {
    closeSync(this.#vectors);
    closeSync(this.#lines);
  }

  /** Closes and removes the collection; a crash on the way leaves no half of it. */
  drop(): void {
    this.close();
    rmSync(join(this.#directory, "collection.json"));
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #append(text: string): void {
    const bytes = Buffer.from(text);
    writeAll(this.#lines, bytes, this.#linesEnd);
    fdatasyncSync(this.#lines);
    this.#linesEnd += bytes.length;
    this.#changes++;
  }

  #save(): void {
    const file = join(this.#directory, "collection.json");
    writeFileSync(`${file}.new`, JSON.stringify(this.#config), { flush: true });
    renameSync(`${file}.new`, file);
  }
}

function splitAt(line: string): string[] {
  const first = line.indexOf(" ");
  const second = line.indexOf(" ", first + 1);
  return [line.slice(0, first), line.slice(first + 1, second), line.slice(second + 1)];
}

function writeAll(fd: number, bytes: Buffer, at: number): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done, at + done);
}

/** The real server keeps vectors of a cosine collection at length 1. */
function unitVector(vector: readonly number[], distance: string): readonly number[] {
  if (distance !== "Cosine") return vector;
  const length = Math.sqrt(vector.reduce((sum, one) => sum + one * one, 0));
  return length === 0 ? vector : vector.map((one) => one / length);
}
