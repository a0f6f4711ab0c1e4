/** How long a text that is built against a rule took, at half and at whole length. */
export interface Growth {
  readonly attack: string;
  readonly halfMs: number;
  readonly wholeMs: number;
}

export function growth(letters: number): readonly Growth[];
