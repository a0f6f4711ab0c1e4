/** A lesson in the index, under one of its keys: its number, and its template with whether it was new (lowest bit). */
export interface Entry {
  readonly key: number;
  readonly tag: number;
}
