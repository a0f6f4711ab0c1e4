import { type Form, formOfBytes } from "./form.ts";

const numbersKept = 1 << 20;
/** What a form takes beside its numbers, in numbers: what follows from them is kept with it, in arrays of its own. */
const formNumbers = 150;

/** The forms of lessons met lately, by name: what is kept of a crowd is met again and again. */
export interface FormMemory {
  /** The form of a lesson, from the bytes that are kept of it. */
  of(id: string, bytes: unknown): Form;
  keep(id: string, form: Form): void;
}

/** Opens an empty memory, of about eight megabytes. */
export function openFormMemory(): FormMemory {
  const forms = new Map<string, Form>();
  let numbers = 0;
  const keep = (id: string, form: Form) => {
    if (forms.has(id)) return;
    numbers += form.numbers.length + formNumbers;
    if (numbers > numbersKept) {
      forms.clear();
      numbers = form.numbers.length + formNumbers;
    }
    forms.set(id, form);
  };
  return {
    keep,
    of(id, bytes) {
      const known = forms.get(id);
      if (known) return known;
      const form = formOfBytes(bytes);
      keep(id, form);
      return form;
    },
  };
}
