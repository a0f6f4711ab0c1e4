/** How long a text that is built against a rule took, at a quarter and at whole length. */
export interface Growth {
  readonly attack: string;
  readonly quarterMs: number;
  readonly wholeMs: number;
}

export function growth(letters: number): readonly Growth[];
