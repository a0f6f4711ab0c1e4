// A person rejects work in their own next message. What stands here errs to the side of keeping a lesson: only words
// that open the message, or an order to undo, count; a question about undoing something does not.

const openings = [
  // English
  String.raw`no[,.!:;—-]+(?!\s*(?:thanks|thank you|problem|worries|need|that(?:'|’)?s (?:all|it|fine|ok|okay|good|great|perfect|correct|right)|it(?:'|’)?s (?:fine|ok|okay|good|great)|i(?:'|’)?m (?:good|fine|done)|all (?:good|fine)|nothing|go ahead|keep|leave|just checking)\b)`,
  String.raw`(?:no|nope|nah)\s+(?:that|this|it|you|not|don(?:'|’)?t|stop|wrong|undo|revert|i (?:said|meant|asked|wanted|told))\b(?!(?:'|’)?s (?:all|fine|ok|it|good|great)\b)`,
  String.raw`(?:nope|wrong|incorrect|not (?:correct|right|quite right|what i (?:asked|wanted|meant|said)|working|true|good))\b`,
  String.raw`(?:that|this|it|your (?:answer|code|change|fix|solution|patch|test|function|command))(?:(?:'|’)s| is| was|(?:'|’)re| are)?\s+(?:still\s+|just\s+|completely\s+|totally\s+|all\s+|also\s+|clearly\s+|simply\s+)?(?:wrong|incorrect|broken|false|not (?:right|correct|true|working|what i (?:asked|wanted|meant|said|need))|nonsense|garbage|useless|terrible|a (?:bug|mistake|hallucination)|made up|worse)\b`,
  String.raw`(?:that|this|it|your (?:answer|code|change|fix|solution|patch|test|function|command))\s+(?:still\s+|just\s+)?(?:does(?:n(?:'|’)?t| not)|did(?:n(?:'|’)?t| not)|do(?:n(?:'|’)?t| not)|won(?:'|’)?t|can(?:'|’)?t|cannot)\s+(?:even\s+|actually\s+|really\s+)?(?:work|compile|build|run|help|fix|solve|pass|do what|make sense|exist|answer|change anything|start)\b`,
  String.raw`(?:that|this|it|your (?:change|fix|code|patch))\s+(?:just\s+|still\s+|completely\s+)?(?:broke|breaks|fails|failed|crashes|crashed|deleted|destroyed|removed)\b`,
  String.raw`you(?:'|’)?(?:re| are|ve| have| were)?\s+(?:still\s+|just\s+|completely\s+)?(?:wrong|mistaken|broke|broken|deleted|misunderst|hallucinat|made (?:it|that) up|ignored|forgot|missed the point|lied|lying)`,
  String.raw`(?:still|again)\s+(?:wrong|broken|failing|fails|not working|does(?:n(?:'|’)?t| not) work|the same error|incorrect|crashes)\b`,
  String.raw`(?:does(?:n(?:'|’)?t| not)|did(?:n(?:'|’)?t| not)) (?:work|compile|build|help|fix)\b`,
  String.raw`i (?:didn(?:'|’)?t|did not|never) (?:ask|want|tell|say|mean)\b`,
  String.raw`(?:please\s+)?(?:undo|revert|roll ?back|take back|discard|throw away|put back)\s+(?:it|that|this|them|those|these|everything|all|your|the (?:last |previous |latest )?(?:change|changes|edit|edits|commit|work|patch|fix)|what you)\b`,
  String.raw`(?:undo|revert|rollback)\s*[.!]*\s*$`,
  "(?:stop|wait)[,.! ]+(?:that(?:'|’)?s (?:wrong|not)|undo|revert|you(?:'|’)?re)",
  // German, French, Spanish, Portuguese, Italian, Dutch
  "nein(?![,.! ]+(?:danke|das (?:ist alles|passt|war(?:'|’)?s)))[,.! ]+",
  String.raw`(?:das (?:ist|war) (?:falsch|nicht richtig|kaputt|quatsch)|falsch\b|mach(?:e)? (?:das|es) (?:rückgängig|wieder weg)|das (?:geht|funktioniert|klappt) (?:so |immer noch |noch )?nicht|stimmt nicht)`,
  "non[,.! ]+(?:c(?:'|’)est|ce n|ça|tu|vous|pas|annule)",
  "(?:c(?:'|’)est (?:faux|incorrect|pas (?:ça|bon|correct))|ça ne (?:marche|fonctionne) pas|annule (?:ça|tout|les?))",
  String.raw`no[,.! ]+(?:eso|esto|está|es)\b`,
  "(?:(?:eso |esto )?(?:está mal|es incorrecto|no funciona|no es correcto)|deshaz)",
  "(?:não[,.! ]+(?:isso|está)|está errado|isso não funciona|desfaça)",
  "(?:è sbagliato|non funziona|annulla (?:tutto|questo))",
  "(?:nee(?![,.! ]+dank)[,.! ]+|dat (?:is fout|klopt niet|werkt niet))",
];
const rejecting = new RegExp(
  String.raw`^[\s"'(*_>-]{0,8}(?:(?:hm+|ugh|argh|ok(?:ay)?|well|hey|sorry|but|actually|again|wtf|come on)[,.! …]+){0,2}(?:${openings.join("|")})`,
  "iu",
);
const orders =
  /(?:^|[.!?;\n]\s*)(?:please\s+|now\s+|just\s+)?(?:undo|revert|roll ?back)\s+(?:it|that|this|them|those|everything|all of (?:it|that)|your (?:last |latest )?(?:change|changes|edit|edits|commit|work)|the (?:last|latest|previous) (?:change|changes|edit|edits))\b(?![^.!\n]{0,80}\?)/i;
const undoing = /\b(?:undo|revert|roll ?back|rückgängig|annule|deshaz|desfaça|annulla)\b/i;

/** Only the beginning of a message says what its writer thinks of the answer before it. */
const lookedAtUnits = 600;

/** Whether a person's message rejects or undoes the work that was done just before it. */
export function rejects(message: string): boolean {
  const start = message.slice(0, lookedAtUnits);
  return rejecting.test(start) || (undoing.test(start) && orders.test(start));
}

/** Whether such a message asks to undo the work, so that the answer to it is no better answer to the question. */
export function undoes(message: string): boolean {
  return undoing.test(message.slice(0, lookedAtUnits));
}
