import { openBeginning } from "./beginning.ts";

// Answers that are plainly none, told by their own words: the error of a program, the statement that the work failed,
// and the announcement of work that is still to come. What stands here errs to the side of keeping a lesson.

const marks = /\W{1,4}/y;
const regret =
  /(?:(?:I(?:'|’)?m|I am|We(?:'|’)?re|We are) (?:very |so |really |truly )?sorry|Sorry|I apologi[sz]e|Apologies|Oops|Unfortunately|Sadly|Regrettably|Hm+|OK|Okay|Update|Status)[,.!:;—-]{0,3}\s{1,3}(?:but\s)?(?:it (?:seems|looks like|appears) (?:that )?)?/iy;
const ended = String.raw`(?=\s{0,3}(?:[.!:;(|\n]|$|[—-] |, (?:please|try|retry)\b|please\b|try\b|while\b|when\b|during\b|and (?:the|your)\b))`;
const remote = String.raw`(?:the |our |your )?(?:\w+ )?(?:API|servers?|models?|backend|provider|endpoint|service|gateway|internet|network|Anthropic|OpenAI|Claude|Codex|Gemini|Ollama|LLM)\b`;
const errors = [
  `(?:Execution|Server|Network|Connection|Internal|API|Model|Stream|Provider|Unknown|Unexpected|Runtime|Inference|Generation) (?:error|failure)${ended}`,
  `(?:Execution|Generation|Inference|Tool call|Agent run) (?:failed|was cancelled|timed out|was interrupted)${ended}`,
  `(?:(?:I|We) (?:was|were|am|are) )?(?:Unable|Failed|Not able|Could(?:n(?:'|’)?t| not)|Can(?:'|’)?t|Cannot)(?: to)? (?:connect|reach|contact|communicate|talk|access|load|establish a connection)(?: (?:to|with))? ${remote}`,
  String.raw`There(?:'|’)?(?:s| is| was| has been) an? (?:\w+ ){0,2}(?:issue|problem|error) with (?:the|your|our) (?:\w+ ){0,2}(?:model|account|subscription|API key|credentials|billing|plan|API|provider|server)\b(?!\s(?:in|of|field|class|definition|schema|code|file|layer)\b)`,
  String.raw`There (?:was|has been) an? (?:\w+ ){0,2}(?:error|problem|issue) (?:while |when |in )?(?:processing|generating|handling|completing|communicating|connecting|contacting|calling|fulfilling) `,
  String.raw`(?:I|We)(?:(?:'|’)ve| have)? (?:encountered|ran into|hit|experienced|got) an? (?:\w+ ){0,2}(?:error|problem|issue|failure) (?:while |when |in )?(?:processing|generating|handling|completing|communicating|connecting|contacting|calling|fulfilling) `,
  String.raw`(?:Your|This|The) (?:\w+ )?(?:account|organi[sz]ation|API key|key|subscription|plan|project|team|workspace|user|token)(?: (?:"[^"\n]{1,60}"|[\w@.-]{1,60}))? (?:(?:does(?:n(?:'|’)?t| not)|do(?:n(?:'|’)?t| not)) (?:currently )?have (?:\w+ )?(?:access|permission|quota|credits?|balance)|(?:has|have) (?:been )?(?:disabled|suspended|deactivated|blocked|expired|reached|exceeded|insufficient|no (?:access|credits?))|(?:is|was) (?:disabled|suspended|deactivated|blocked|past due|not (?:active|authorized|allowed|permitted)|expired))\b`,
  String.raw`You do(?:n(?:'|’)?t| not) have (?:access|permission) to (?:the |this |that )?(?:\w+ )?(?:model|API|service|organi[sz]ation|feature)\b`,
  String.raw`(?:The|This|That|Our|Selected|Requested) (?:\S{1,60} ){0,3}?(?:models?|servers?|services?|engines?|APIs?|providers?|backends?|systems?|endpoints?) (?:is|are|seems?(?: to be)?) (?:currently |temporarily |at the moment |still |a bit |very |too ){0,2}(?:overloaded|unavailable|not available|busy|down|offline|at capacity|at full capacity|experiencing|loading|under (?:heavy|high) load|unreachable|rate[- ]limited)\b`,
  String.raw`We(?:'|’)?(?:re| are) (?:currently )?(?:experiencing|having|overloaded|at capacity|sorry,? but we)\b`,
  String.raw`(?:The |This )?(?:model|deployment) (?:[\x60"'][^\x60"'\n]{1,80}[\x60"']|\S{1,80}) (?:does not exist|doesn(?:'|’)?t exist|was not found|is not (?:supported|available)|has been (?:deprecated|retired|removed))\b`,
  `(?:The |Your )?(?:maximum |model(?:'|’)s )?(?:context|conversation|prompt|input|request|message|token)(?: (?:length|window|size|limit|count))?(?: (?:is|was|has been|has))? (?:exceeded|exceeds the|too (?:long|large|big)|full\\b|overflow(?:ed)?|reached the (?:maximum|limit))`,
  `(?:The )?(?:maximum|max)\\.? (?:context|conversation|token|prompt)s? (?:length|window|size|limit)?\\s?(?:exceeded|reached|is \\d)`,
  `(?:(?:The )?(?:maximum|max) (?:number of )?|Reached (?:the )?(?:maximum|max)\\.? (?:number of )?)(?:iterations?|turns?|steps?|retries|attempts|tool calls)(?: (?:limit|count))?(?: (?:was|were|has been))?(?: (?:reached|exceeded)|${ended})`,
  "Agent (?:execution )?(?:was )?(?:stopped|terminated|timed out|aborted|crashed|failed)\\b (?:due to|because of|with|after|before|while)",
  `(?:An?|Some) (?:unexpected |unknown |internal |fatal |unhandled |server |technical |system |network |temporary )*(?:error|problem|issue|exception) (?:has |just )?(?:occurred|happened|was encountered)${ended}`,
  String.raw`(?:Oops[,!.]? ?)?Something went wrong\s?(?:[.!…]{1,3}\s{0,3}(?:$|If (?:this|the|it)\b|Please\b|Try\b|We\b|Contact\b)|$|[—-]|on our (?:end|side)|while (?:processing|generating))`,
  String.raw`(?:The |Your |This )?(?:request|response|operation|message|call|generation|stream|output)(?: (?:was|has been|is|could))?(?: not)? (?:timed out|aborted|blocked by|flagged|rejected by|failed (?:with|after|due)|be (?:processed|completed|generated)|interrupted|terminated|filtered)\b`,
  "(?:Quota|Rate limits?|Spending limit|Budget|Usage limit|Credit limit|Message limit|Request limit|Monthly limit|Token limit|Daily limit)(?: (?:has been|was|is))? (?:exceeded|reached|exhausted)",
  `(?:Insufficient (?:quota|credits?|balance|funds)|Payment required|Out of credits|Billing (?:hard )?limit|Not logged in|Please (?:log ?in|run /login|sign in)|(?:Your )?session (?:has )?expired|Max(?:imum)? retries exceeded|No (?:available|healthy) (?:\\w+ )?(?:channels?|providers?|servers?|models?|deployments?|upstreams?))(?!\\w)`,
  `(?:Invalid|Missing|Incorrect|Expired) (?:API[ -]key|authentication|credentials|x-api-key|access token)\\b${ended}`,
  String.raw`(?:Claude|Codex|ChatGPT|GPT\S{0,20}|Gemini|Copilot|OpenAI|Anthropic|Ollama) is (?:currently |temporarily )?(?:experiencing|overloaded|unavailable|down|at capacity)\b`,
  String.raw`Error in (?:the )?(?:message |input |output |response )?stream\b`,
  String.raw`You(?:(?:'|’)ve| have) (?:hit|reached|exceeded) (?:our|the) (?:\w+ ){0,3}(?:limits?|quota)\b`,
  String.raw`(?:Hm+\W{1,4})?Something (?:seems to have|has|must have) gone wrong\b`,
  "The model (?:has )?(?:produced|returned|generated) (?:an? )?(?:invalid|empty|malformed|no) (?:content|response|output|answer)",
  `(?:Account|Subscription|Session|Token|Licen[cs]e|Trial) (?:suspended|expired|disabled|deactivated)${ended}`,
  String.raw`No (?:API key|credentials|access token) (?:was |were )?(?:found|provided|configured|set|specified)\b`,
  "Your (?:credit )?balance is (?:too low|insufficient|empty)",
  String.raw`Service (?:is )?(?:temporarily |currently )?(?:overloaded|unavailable)\b`,
  "(?:Please )?(?:try again (?:later|in (?:a (?:few|moment)|\\d+))|contact (?:your administrator|support))",
].join("|");
const beginsWithError = openBeginning(
  [marks, regret, /\w{0,24}Error:\s{1,2}|Error:?\s{1,2}|\[ERROR\]:?\s{0,2}/iy],
  new RegExp(errors, "iy"),
);
const errorUnits = 500;
// Who explains an error goes on with what it means or what to do about it.
const explains =
  /```|\n\s{0,4}(?:\d\.|[-*]) |\b(?:means?|meant|comes? from|came from|caused by|because|happens?|occurs|indicates|the fix|to fix|so that|fix (?:it|this)|you (?:can|could|need|should|must)|is (?:thrown|raised|returned|shown|what)|are (?:thrown|raised|returned|shown)|while it|when it|until)\b|^\s(?:is|are) (?:the|an?|what|how|when|answered|handled)\b/i;

/** Whether an answer is the error of a provider or of the program that calls it, and not a word about one. */
export function isProgramError(response: string, prompt: string): boolean {
  if (response.length > errorUnits) return false;
  const phrase = beginsWithError(response.slice(0, 300));
  if (phrase === "") return false;
  const rest = response
    .slice(phrase.length)
    .replace(/\b(?:you (?:may|might) (?:not )?have|you can (?:try|contact|retry)|please)\b/gi, "");
  return !explains.test(rest) && !prompt.toLowerCase().includes(phrase.replace(/^\W+/, "").toLowerCase());
}

const doing =
  "(?:fix|complete|finish|solve|resolve|implement|get|make|build|compile|run|install|apply|connect|access|start|deploy|do|execute|perform|update|create|write|modify|change|edit|save|download|upload|migrate|merge|push|commit|test|verify|correct|repair|accomplish|carry out|achieve|reach|load|read|open)";
const unable = `(?:I|We)(?: (?:was|were)(?:n(?:'|’)?t| not) able to| (?:was|were) unable to|(?:(?:'|’)ve| have)(?:n(?:'|’)?t| not) been able to| have been unable to| could(?:n(?:'|’)?t| not)| did(?:n(?:'|’)?t| not) manage to| have(?:n(?:'|’)?t| not) managed to|(?:(?:'|’)ve| have)? failed to|(?:(?:'|’)m| am|(?:'|’)re| are) (?:still )?(?:unable|not able) to)`;
const subject = String.raw`(?:(?:The|All|Some|Most|Several|Many|Two|Three|Four|Five|Both|Your|My|Our|\d{1,5})(?: of (?:the|your|my))?(?: [\w./:-]{1,40}){0,4}? )?(?:tests?|specs?|builds?|checks?|pipeline|CI|compilation|suite|compiler|linter|type ?check|errors?|bugs?|problems?|issues?)`;
const beginsWithFailure = openBeginning(
  [marks, regret],
  new RegExp(
    [
      `${unable} (?:successfully |fully |properly |actually )?${doing}\\b`,
      `${subject} (?:is|are|was|were|does|do|has|have|keeps?)? ?(?:still|not yet|continues? to|unfortunately) ?(?:be )?(?:fail(?:s|ed|ing)?|broken|red|not (?:pass(?:ing)?|fixed|solved|resolved|work(?:ing)?|green|compil(?:e|ing)|build(?:ing)?)|crash(?:es|ing)?|unresolved|unfixed|there|present|persists?|occurs?|exists?)\\b`,
      String.raw`(?:I(?:(?:'|’)ve| have)? tried|After (?:\w+ ){1,4}(?:attempts?|tries))\b[^.!?\n]{0,160}\b(?:none of (?:them|these|those|it|that)|nothing|neither|no luck|without success|to no avail|(?:did(?:n(?:'|’)?t| not)|does(?:n(?:'|’)?t| not)) (?:work|help)|(?:is|are) still (?:failing|broken|not)|still (?:fails?|does(?:n(?:'|’)?t| not)))\b`,
      String.raw`Despite [^.!?\n]{1,80}\bstill (?:fail(?:s|ing)?|broken|not|does)\b`,
      String.raw`(?:The|All|Some|\d{1,5}) (?:\w+ ){0,2}(?:tests?|specs?|builds?|checks?|pipeline|CI) (?:is |are )?(?:fails?|failed|failing) (?:with the same|again\b|as before)`,
      String.raw`Unfortunately,? (?:the|all|some|\d{1,5}) (?:\w+ ){0,2}(?:tests?|specs?|builds?|checks?|pipeline|CI) (?:(?:is|are) )?(?:fail(?:s|ing)?|broken|red)\b`,
      String.raw`(?:The|My|That|This) (?:\w+ )?(?:fix|change|patch|attempt|approach|edit)(?:es|s)? did(?:n(?:'|’)?t| not) (?:work|help|fix|solve|resolve)\b`,
      String.raw`\d{1,5} (?:tests?|specs?) (?:have |has )?fail(?:ed|s)?,? (?:and|but) I (?:could|did|do)(?:n(?:'|’)?t| not)\b`,
      String.raw`I ran out of (?:time|tokens|context|attempts|budget|ideas)\b`,
      String.raw`The (?:same )?(?:problem|error|issue|bug|failure) (?:still )?(?:persists|remains)(?= after| even| despite|\s?[.,;!]|$)`,
      String.raw`It still (?:does(?:n(?:'|’)?t| not)|won(?:'|’)?t) (?:compile|build|pass|start)\b`,
      String.raw`(?:I (?:have(?:n(?:'|’)?t| not) made any|made no|did(?:n(?:'|’)?t| not) make any) changes|No changes (?:were|have been) made|Nothing was changed),? (?:because|since|as)\b[^.!?\n]{0,80}\b(?:could(?:n(?:'|’)?t| not)|not (?:find|found|there)|does(?:n(?:'|’)?t| not) exist|is empty|is missing|unable)\b`,
      String.raw`None of (?:my|the|these|those) (?:\w+ ){0,2}(?:attempts|approaches|fixes|tries|changes|ideas|solutions) (?:worked|helped|succeeded|fixed)`,
      String.raw`(?:The |This |Your )(?:task|work|job|migration|installation|deployment|fix|attempt|refactoring|request|change|update|operation)s? (?:(?:could|can)(?:n(?:'|’)?t| not) be|(?:was|were|is|are|has|have)(?:n(?:'|’)?t| not)(?: been)?) (?:fully |yet )?(?:completed?|finished|done|applied|successful|made|resolved)\b`,
      String.raw`(?:The |This |Your )(?:task|work|job|migration|installation|deployment|attempt|refactoring) (?:has )?(?:failed|is incomplete|remains (?:incomplete|unfinished|open)|did(?:n(?:'|’)?t| not) (?:succeed|complete|finish|work))\b`,
      String.raw`(?:I(?:(?:'|’)m| am) (?:giving up|stuck)|I (?:give|gave) up|I did nothing|I(?:(?:'|’)ve| have)? not (?:finished|completed|fixed|solved|done)|I did(?:n(?:'|’)?t| not) (?:finish|complete|succeed|fix|solve)|Nothing (?:worked|was (?:changed|done|fixed)))\b`,
      `${unable} (?:find|locate|reproduce|see|identify|determine)\\b[^\\n]{0,200}\\b(?:I did nothing|(?:did(?:n(?:'|’)?t| not)|have(?:n(?:'|’)?t| not)) (?:change|changed|make|made|do|done|touch|touched|edit|edited)|nothing (?:was|has been|is) (?:changed|done)|(?:made )?no (?:changes|edits)|I stopped|stopped (?:here|there)|gave up)`,
    ].join("|"),
    "iy",
  ),
);
const failedEnd =
  /(?:^|[.!?;\n]\s{1,3}|, but |and )(?:But |However,? |Unfortunately,? )?(?:the|all|some|\d{1,5})(?: of the)?(?: \w+){0,2} (?:tests?|build|specs?|checks?|pipeline|CI|compilation) (?:still (?:fails?|does(?:n(?:'|’)?t| not) (?:pass|compile|work))|(?:is|are) still (?:failing|broken|red|not passing))[^.!?\n]{0,80}[.!]?\s{0,3}$/i;
const unfinishedUnits = 900;
// It went well after all, by another way; or the sentence says why, which is what was asked for.
const wentWell =
  /```|\b(?:instead|work-?around|but (?:I|we) (?:did|have|added|fixed|wrote|found|was able|could|managed)|so (?:I|we) (?:used|wrote|added|made(?! no\b)|changed|replaced|implemented|created|switched|built|moved|did it)|now (?:works?|pass(?:es)?|fixed|green)|(?:all|the) (?:\w+ )?tests (?:now )?pass\b|here(?:(?:'|’)s| is| are)|you (?:can|could|need|should|must)|that(?:(?:'|’)s| is) (?:why|because))\b/i;
const because =
  /^[^.!?;\n]{0,60}?(?:\bbecause\b|\bsince\b|\bdue to\b|\bas long as\b|\buntil\b|\bunless\b|\bif\b|\bwhen(?:ever)?\b)/i;
const asksWhy = /\bwhy\b|\bwhat (?:causes?|is wrong)|\bwarum\b|\bexplain\b/i;

// One of these stands in every beginning that tells of a failure; most answers have none of them.
const failureSigns =
  /n['’]t|not|fail|unable|still|continue|unfortunately|one of|either|no (?:luck|avail|changes)|without success|ran out|persist|remain|incomplete|made no|stuck|(?:giv(?:e|ing)|gave) up/i;

/** Whether an answer plainly says that the work which was asked for failed or was not done. */
export function saysFailed(response: string, prompt: string): boolean {
  if (response.length > unfinishedUnits) return false;
  const [start, end] = [response.slice(0, 400), response.slice(-240)];
  const failure = failureSigns.test(start) ? beginsWithFailure(start) : "";
  if (failure === "" && !(/still/i.test(end) && failedEnd.test(end))) return false;
  if (wentWell.test(response)) return false;
  if (failure === "") return true;
  const isMine = /^\W{0,4}(?:\w+[,.!:;]{0,2}\s){0,4}?(?:I|We)\b/.test(failure);
  return isMine || !(because.test(response.slice(failure.length)) || asksWhy.test(prompt));
}

const intent = `(?:I(?:'|’)?ll|I will|I(?:'|’)m (?:now )?going to|I am (?:now )?going to|Let me|Let(?:'|’)s|Allow me to|I need to|I should|I have to|I want to|I(?:'|’)d like to|We(?:'|’)?ll|We need to|Going to|Time to)`;
const working =
  "(?:look|check|read|run|re-?run|search|start|begin|explore|examine|inspect|investigate|find|open|analy[sz]e|review|see|verify|try|fix|make|update|add(?! that\\b)|create|implement|write|take|do|go|get|grep|list|locate|trace|scan|dig|test|debug|understand|figure|gather|continue|proceed|view|fetch|load|build|apply|edit|modify|change|refactor|rewrite|remove|delete|rename|move|commit|install|set up|work|wait|confirm|double-check|think (?:about|through)|compare|study|clean|finish|complete|handle|tackle)";
const doingNow =
  "I(?:'|’)?(?:m| am) (?:now |currently |just )?(?:checking|looking|reading|running|starting|searching|going through|working|exploring|examining|investigating|opening|analy[sz]ing|reviewing|fixing|updating|implementing|adding)";
const lead = String.raw`(?:(?:OK|Okay|Sure|Great|Perfect|Alright|All right|Got it|Right|Understood|Good|Of course|Certainly|Absolutely|Thanks|No problem|First|Next|Now|Then|Finally|After that|To (?:start|begin)(?: with)?|and|So|But|Also|Before that|One moment|Just a (?:moment|second|sec)|Hold on|Give me a (?:moment|second))(?: (?:of all|up))?[,.!:;—-]{0,2}\s{1,2}){0,4}`;
const announcing = new RegExp(
  String.raw`^\W{0,4}${lead}(?:${intent} (?:(?:now|first|just|quickly|also|then|next|actually|start by|begin by) ){0,2}${working}\b|${doingNow}\b)`,
  "i",
);
const gerund =
  /^\W{0,4}(?:Looking|Checking|Reading|Running|Searching|Exploring|Working|Examining|Investigating|Inspecting|Reviewing|Analy[sz]ing|Scanning|Fetching|Opening|Starting)\b[^.!?\n:]{0,80}(?:\bnow\s?[.!:…]{0,3}|\.{3}|…)$/i;
const announcingElsewhere =
  /^\W{0,4}(?:(?:OK|Gut|Alles klar|Zuerst|Jetzt|Nun|D(?:'|’)accord|Bien|Primero|Ahora)[,.! ]{1,3})?(?:Ich (?:werde|schaue mir|sehe mir|prüfe|lese|suche|beginne|starte|führe)\b[^.!?\n]{0,120}\b(?:zuerst|zunächst|jetzt|nun|an|durch|aus|ansehen|prüfen|lesen|ausführen|suchen|beginnen)|(?:Schaue|Werde|Lass mich) (?:ich )?[^.!?\n]{0,120}\b(?:ansehen|prüfen|lesen|an|ausführen)|Je vais (?:d(?:'|’)abord |maintenant )?(?:regarder|lire|vérifier|examiner|lancer|chercher|commencer)[^.!?\n]{0,120}|(?:Primero |Ahora )?(?:voy a|déjame) (?:revisar|leer|ejecutar|buscar|mirar|ver|empezar)[^.!?\n]{0,120})[.:…]{0,3}$/i;
const announcedUnits = 400;
/** An announcement that tells what came out of it is none. */
const tellsMore = /[:=]\s*\S|\n\s*\n[^\n]{80}|`[^`\n]{24,}`|```|\b(?:know|remember|explain|answer|show you)\b/i;

/** Whether an answer says nothing but what will be done, so that the work is still to come. */
export function onlyAnnounces(response: string): boolean {
  const text = response.trim();
  if (text.length > announcedUnits || text.endsWith("?")) return false;
  if (announcingElsewhere.test(text) || gerund.test(text)) return true;
  if (!announcing.test(text) || tellsMore.test(text)) return false;
  const sentences = text.split(/(?<=[.!…])\s+|\n+/).filter((one) => /\p{L}/u.test(one));
  return sentences.every(
    (one) =>
      announcing.test(one) ||
      /^\W{0,4}(?:OK|Okay|Sure|Great|Perfect|Alright|Got it|Right|Understood|Good|Of course|Certainly|Thanks|No problem)[^\p{L}]{0,3}$/iu.test(
        one,
      ),
  );
}
