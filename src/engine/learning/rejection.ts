import { openBeginning } from "./beginning.ts";

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
  String.raw`(?:please\s+)?(?:undo|revert|rollback)(?:[\s,]+(?:please|now))?\s*[.!]*\s*$`,
  String.raw`(?:can|could|would|will) (?:you|u) (?:please )?(?:just )?(?:undo|revert|roll ?back) (?:that|this|it|these|those|them|your|everything|all|the (?:last|latest|previous) (?:change|edit|commit)s?)\b`,
  String.raw`(?:bad|terrible|horrible|awful|useless|stupid|poor|lousy) (?:answer|solution|fix|idea|change|code|response|job)\s*(?:[.!,]|$)`,
  String.raw`i (?:already |clearly |explicitly )?(?:said|told you)[,:]? (?:not to|do(?:n(?:'|’)?t| not)|never|leave)\b`,
  String.raw`you (?:just )?(?:\w{2,20}ed|put|wrote|broke) (?:\w+ )?the wrong\b`,
  String.raw`you (?:(?:were(?:n(?:'|’)?t| not) supposed|had no (?:right|reason)) to|should(?:n(?:'|’)?t| not) have)\b`,
  "(?:stop|wait)[,.! ]+(?:that(?:'|’)?s (?:wrong|not)|undo|revert|you(?:'|’)?re)",
  String.raw`no(?:[\s,!.]{1,3}no){1,8}\b(?![,.! ]+(?:problem|worries|need))`,
  "not quite[,.;:!—]",
  String.raw`(?:the |this |that )?(?:same |very same )?(?:error|problem|issue|bug|failure) (?:still |just )?(?:persists|remains|is still there|is back|still (?:exists|occurs|happens|shows))\b`,
  String.raw`(?:still (?:the )?|(?:the |exactly the )?)same (?:error|problem|issue|result|output|failure|bug)\b(?=\s*(?:[.,!;:]|$|as before|again|still))`,
  String.raw`(?:nothing|it has(?:n(?:'|’)?t| not)|it did(?:n(?:'|’)?t| not)) (?:has |have )?changed?\b`,
  String.raw`i(?:(?:'|’)?m| am)? (?:still|now) (?:get|see|getting|seeing|have)\s+(?:an?|the|this|that|it|same|no|nothing|NaN|undefined|null|errors?|\d)\b`,
  String.raw`i (?:get|got|see) (?:an?|the|this|another) (?:\w+ ){0,2}(?:error|exception|warning|crash) (?:now|again|with (?:that|this|it|your))\b`,
  String.raw`(?:that|this|it|you) made (?:it|things|everything|that) (?:even |much )?(?:worse|slower|unusable)\b`,
  String.raw`(?:please\s+)?(?:bring back (?:the (?:old|previous|original|last)|what|my)|(?:put|change|set|turn) (?:it|that|this|them|everything|all) back|restore (?:it|them|this|that|what|the (?:old|previous|original|last) (?:version|code|state|files?|behaviou?r)))\b`,
  "i (?:had to |have |just |have just )?(?:reverted|undid|undone|rolled back|discarded|threw away|thrown away) (?:your|that|it|this|them|everything|the change)",
  String.raw`(?:the|all|all the|my|our|your) (?:\w+ ){0,2}(?:tests?|build|ci|pipeline|page|app|server|site) (?:(?:is|are|does|do) )?(?:(?:now|still) (?:fail(?:s|ing)?|broken|red|crash(?:es|ing)?)|(?:fail(?:s|ing)?|broken|red|crash(?:es|ing)?) (?:now|again|after (?:your|that|this)|because of (?:your|that|this)))\b`,
  String.raw`(?:that|this|your)(?: (?:last|previous|whole|entire|new|latest))? (?:answer|fix|solution|response|reply|explanation|suggestion|change|attempt|approach|advice|output|result)s?(?:(?:'|’)s| is| was|(?:'|’)re| are| were)?\s+(?:(?:still|just|completely|totally|all|also|clearly|simply|complete|total|utter|pure|really|so|absolute|absolutely|not even|a piece of|a load of)\s+){0,2}(?:wrong|incorrect|broken|false|not (?:right|correct|true|working|helpful|acceptable|good(?: enough)?|even close|what i)|nonsense|garbage|useless|terrible|bull ?shit|bs|crap|shit|rubbish|trash|bad|awful|horrible|horrendous|ridiculous|stupid|dumb|pointless|unacceptable|unhelpful|misleading|untrue|a (?:lie|joke|disaster|mess|bug|mistake|hallucination)|made up|worse)\b`,
  String.raw`(?:that|this|it)(?:(?:'|’)s| is| was)\s+(?:(?:just|complete|completely|total|totally|utter|pure|absolute|absolutely|such)\s+){0,2}(?:bull ?shit|bs|crap|shit|rubbish|trash|unacceptable|awful|horrible|ridiculous)(?=\s*(?:[.,!;:]|$|and\b|please\b))`,
  String.raw`i (?:really |absolutely )?(?:(?:do(?:n(?:'|’)?t| not)|did(?:n(?:'|’)?t| not)) (?:really )?like|hate|dislike) (?:(?:this|that|it|them)(?=\s*(?:[.,!;:]|$|at all|one bit|(?:change|approach|version|solution|way|code|result|style|answer|refactoring)\b))|your\b|what you\b|how you\b|the (?:change|changes|result|new (?:version|code|look))\b)`,
  String.raw`(?:please\s+)?git (?:reset --hard|checkout (?:-- ?)?\.|restore \.|revert|stash|clean -f)(?![^\n]{0,200}\?)(?=[\s.,!;]{0,3}(?:$|please|now|it|that|this|everything|head|origin|and|so|you|--hard|\.))`,
  String.raw`why (?:did|would|have|do) you (?:just )?(?:do|done|break|broken|ignore|ignored|touch|touched)\b[^.!?\n]{0,60}[?!.]{1,4}\s{1,3}(?:i (?:said|told|asked|wanted|did(?:n(?:'|’)?t| not)|never)|that(?:(?:'|’)s| is| was) (?:not|wrong)|undo|revert|put|please (?:undo|revert|put)|nobody|no one)\b`,
  // German
  "nein(?![,.! ]+(?:danke|das (?:ist alles|passt|war(?:'|’)?s)))[,.! ]+",
  String.raw`(?:das (?:ist|war) (?:falsch|nicht richtig|nicht korrekt|kaputt|quatsch|nicht,? was ich)|falsch(?=\s*(?:[.,!;:]|$))|mach(?:e)? (?:das|es) (?:rückgängig|wieder weg)|das (?:geht|funktioniert|klappt) (?:so |immer noch |noch )?nicht|(?:das )?stimmt (?:so |leider )?nicht)`,
  String.raw`(?:es )?(?:geht|funktioniert|klappt|läuft) (?:(?:so|leider|immer noch|noch immer|weiterhin) nicht|nicht\s*[.,!;])`,
  "(?:es (?:ist|kommt) )?immer noch (?:falsch|kaputt|de(?:r|n) ?(?:gleiche|selbe)|das gleiche|nicht)|(?:der gleiche|gleicher|derselbe) fehler",
  // French
  "non[,.! ]+(?:c(?:'|’)est|ce n|ça|tu|vous|pas|annule)",
  "(?:c(?:'|’)est (?:faux|incorrect|pas (?:ça|bon|correct))|ça ne (?:marche|fonctionne) (?:toujours )?pas|toujours (?:la même erreur|pas)|annule (?:ça|tout|les?))",
  // Spanish, Portuguese, Italian
  String.raw`no[,.! ]+(?:eso|esto|está|es)\b`,
  "(?:(?:eso |esto )?(?:está mal|es incorrecto|no funciona|no es correcto|sigue (?:sin funcionar|fallando|igual))|deshaz)",
  "(?:não[,.! ]+(?:isso|está|continua|ainda)|(?:isso )?está errado|isso (?:está|tá) (?:errado|mal)|(?:isso )?(?:ainda )?não (?:funciona|funcionou)|(?:ainda|continua) (?:com erro|dando erro|errado)|desfaça)",
  "(?:(?:è|questo è) sbagliato|non funziona|annulla (?:tutto|questo))",
  // Dutch, Swedish, Norwegian, Danish
  "(?:nee(?![,.! ]+(?:dank|bedankt))[,.! ]+|(?:dat|het) (?:is fout|klopt niet|werkt (?:nog steeds )?niet))",
  "(?:det (?:är|er) (?:fel|feil|forkert)|det (?:fungerar|funkar|fungerer|virker) (?:fortfarande |fortsatt |stadig )?(?:inte|ikke)|ångra (?:det|allt))",
  // Polish, Czech, Turkish
  String.raw`(?:to (?:jest )?(?:źle|błędne|nieprawidłowe|nie to)(?!\p{L})|(?:to )?(?:nadal|wciąż|dalej) nie działa|to nie działa|nie działa\s*(?:[.,!;]|$)|cofnij (?:to|zmian|wszystko))`,
  "(?:to je (?:špatně|chyba|nesprávně)|(?:pořád|stále) (?:to )?nefunguje|to nefunguje|nefunguje to|vrať to)",
  String.raw`(?:bu (?:yanlış|hatalı|doğru değil|çalışmıyor|olmadı)|(?:hâlâ|hala) (?:çalışmıyor|aynı hata)|geri al\s*[.!]*\s*$|hayır[,.! ]+(?:bu|yanlış))`,
  // Russian, Ukrainian
  String.raw`(?:нет[,.! ]+(?:это|не|так)(?!\p{L})|(?:это )?(?:неправильно|неверно|не то|не так)\s*(?:[.,!;]|$)|(?:(?:всё|все) (?:ещё|еще|равно)|по-прежнему) не работает|(?:это )?не работает\s*(?:[.,!;]|$)|верни(?:те)? (?:как|всё|все|обратно|назад)|отмени(?:те)? (?:это|всё|все|изменения)|откати(?:те)? (?:это|всё|все|изменения))`,
  String.raw`(?:ні[,.! ]+(?:це|не)(?!\p{L})|(?:це )?(?:неправильно|невірно|не те)\s*(?:[.,!;]|$)|(?:все|досі) (?:ще )?не працює|(?:це )?не працює\s*(?:[.,!;]|$)|поверни(?:ть)? (?:як|все|назад)|скасуй(?:те)? (?:це|все|зміни))`,
  // Chinese, Japanese, Korean
  "(?:(?:这)?(?:不对(?!称)|不對(?!稱)|错了|錯了|是错的)|(?:还是|還是|仍然|依然)(?:错|錯|不行|不对|不對|报错|有问题|有错|一样的)|没(?:有)?用(?!过|过|到|户)|不起作用|不行(?!的话|的話)|请?(?:撤销|撤回|还原|恢复)(?:这|你|刚才|原来|它|一下|之前|$|[。！!]))",
  "(?:違います(?!か)|違う(?:[。、！!]|$)|間違って(?:います|る|いる)|間違いです|(?:まだ|やはり|やっぱり)?(?:動きません|動かない|動いていません|うまくいきません|直っていません)|(?:まだ)?同じエラー|元に戻して|取り消して(?:ください|$|。)|そうじゃな|そうではな)",
  "(?:틀렸|틀려요|아니(?:요|에요|야)?[,.! ]+(?:그게|이게|틀|잘못)|잘못(?:됐|되었|했)|(?:아직도|여전히) (?:안|오류|에러|같은)|안 (?:돼요|됩니다|되네요)|되돌려)",
  // Arabic
  String.raw`(?:هذا (?:خطأ|خاطئ|غير صحيح|لا يعمل)|(?:ما زال )?لا يعمل(?: حتى الآن)?\s*(?:[.،!]|$)|لا[،,.! ]+هذا)`,
];
const thanks =
  /(?:thanks|thank you|thx|cheers|nice try|good try|nice|i see|sure|yes|yeah|right|fine|interesting|great|good|ok(?:ay)?)(?: (?:a lot|so much|very much|anyway|for (?:that|this|it|trying|the \w+|your \w+)))?[,.! …—-]{1,3}(?:but|however|though|yet|unfortunately|sadly|except)[, ]{1,2}/iuy;
const marks = /[\s"'(*_>-]{1,8}/y;
const interjection = /(?:hm+|ugh|argh|ok(?:ay)?|well|hey|sorry|but|actually|again|wtf|come on)[,.! …]+/iuy;
const beginsRejecting = openBeginning(
  [marks, thanks, interjection, interjection],
  new RegExp(openings.join("|"), "iuy"),
);
const orders =
  /(?:^|[.!?;\n]\s*)(?:please\s+|now\s+|just\s+)?(?:(?:undo|revert|roll ?back)\s+(?:it|that|this|them|those|everything|all of (?:it|that)|your (?:last |latest )?(?:change|changes|edit|edits|commit|work)|the (?:last|latest|previous) (?:change|changes|edit|edits))|(?:restore|bring back)\s+(?:it|them|those|everything)(?=\s*(?:[.!;]|$))|put\s+(?:it|them|those|everything)\s+back(?!\s+(?:in|into|on|onto|at|after)\b))\b(?![^.!\n]{0,80}\?)/i;
/** The beginning and the end of a message say what its writer thinks of the answer before it. */
const lookedAtUnits = 600;

/** What a person says of the work at the end of a message, after what they tell or paste first. */
const closing = new RegExp(
  String.raw`^\W{0,6}(?:(?:so|therefore|hence|thus|but|and|obviously|clearly|sorry|in short|as you (?:can )?see|which means(?: that)?|conclusion|seems like|looks like|i think|it seems)[,:]?\s{1,2}){0,2}(?:${[
    String.raw`your (?:\w+ )?(?:answer|code|change|fix|solution|patch|test|function|command|suggestion|approach|advice|edit)s?\s+(?:(?:is|was|are|were)\s+(?:(?:still|just|completely|totally|all|also|clearly|simply|plain)\s+)?(?:wrong|incorrect|broken|false|not (?:right|correct|true|working)|nonsense|garbage|useless|bull ?shit|crap|rubbish|worse|a (?:bug|mistake|hallucination))|(?:still\s+|just\s+|simply\s+)?(?:does|did|do)(?:n(?:'|’)?t| not) (?:even |actually |really )?(?:work|compile|build|run|help|fix|solve)|(?:just\s+)?(?:broke|breaks|fails|failed|crashes|crashed|deleted|destroyed|made it worse))\b`,
    String.raw`you (?:were |are |have |just )?(?:wrong|mistaken|broke|broken|misunderstood|made (?:it|that) (?:up|worse))\b`,
    String.raw`(?:that|this|it|you) (?:has |have )?(?:just |only )?made (?:it|things|everything) (?:even |much |only )?worse\b`,
    String.raw`i (?:had )?(?:already |clearly |explicitly |specifically )?(?:said|told you|asked(?: you)?) (?:not to|to not|never to|you not to)\b`,
    String.raw`(?:it|this|that) still (?:does(?:n(?:'|’)?t| not) work|fails|crashes|is broken)\b`,
    String.raw`(?:please |just |now )?(?:undo|revert|roll ?back|discard) (?:it|that|this|these|those|them|everything|all|your (?:\w+ )?(?:change|edit|commit|work|fix|patch)(?:es|s)?)(?: please| now)?\s{0,2}$`,
    String.raw`(?:that|this|it)(?:(?:'|’)s| is| was) (?:all |just |completely |totally |simply )?(?:wrong|not what i (?:asked|wanted|meant|said))\s{0,2}$`,
    String.raw`(?:please |just |now )?(?:put (?:it|that|this|them|everything) back(?: (?:how|the way|as|like|where|to)\b|\s{0,2}(?:please)?\s{0,2}$))`,
  ].join("|")})`,
  "iu",
);
const sentencesLookedAt = 3;

// Only what ends the message counts, and no question does.
function endsRejecting(message: string): boolean {
  const end = message.slice(-lookedAtUnits).trimEnd();
  if (!/\b(?:your?|worse|wrong|told|said|asked|back|not what|still|undo|revert|roll ?back|discard)\b/i.test(end))
    return false;
  const sentences = (end.match(/[^.!?;,\n]+[.!?;,\n]*/g) ?? []).slice(-sentencesLookedAt);
  // What is to be done should something happen is no word about what was done.
  if (sentences.some((one) => /\b(?:if|when(?:ever)?|in case|unless|once|should|until)\b/i.test(one))) return false;
  return sentences.some((one) => !one.includes("?") && closing.test(one.replace(/[.!;,\s]+$/, "")));
}

const undoing =
  /\bgit (?:reset --hard|checkout (?:-- ?)?\.|restore \.|revert)|\bi (?:clearly |explicitly )?(?:said|told you|asked you) not to\b|\b(?:undo|undid|revert|reverted|roll(?:ed)? ?back|restore|bring back|put (?:it|that|this|them|everything) back|rückgängig|annule|deshaz|desfaça|annulla|cofnij|vrať)\b|верни|отмени|откати|поверни|скасуй|撤销|撤回|还原|恢复|元に戻|取り消し|되돌려|geri al/i;

// What a message asks for beside undoing: a clause that begins with an order, or a word for another way.
const goingOn = new RegExp(
  [
    String.raw`(?:^|[.,;:!?\n—-]|\b(?:and|then|but|please|just|now|so|or))\s{0,4}(?:(?:please|just|then|now|instead|simply|only|rather)\s{1,4}){0,2}(?:try|retry|redo|rewrite|start (?:over|again)|use|make|write|do (?:it|that|this) |fix|add|change|implement|solve|find|show|give|explain|answer|create|go with|let(?:'|’)?s|replace|rename|remove|move|return|apply|handle|switch|refactor|split|follow|convert|generate|build|keep|call|take|set|sort|think|begin|check|read)\b`,
    String.raw`\b(?:instead|this time|and then|from scratch|a different way|another (?:way|approach))\b`,
    String.raw`\b(?:versuch|stattdessen|noch ?mal|nimm|benutze|verwende|mach es|schreib)`,
    String.raw`\b(?:réessaie|essaie|utilise|plutôt|à la place|refais)|\b(?:intenta|en su lugar|en vez|usa|hazlo|tente|refaça|riprova|invece|rifai)\b`,
    String.raw`\b(?:probeer|gebruik|försök|använd|prøv|brug|bruk)\b|spróbuj|użyj|zamiast|zkus|použij|yerine|tekrar dene`,
    "попробуй|используй|вместо|заново|сделай|спробуй|використай|замість|改用|改成|重新|重写|重寫|再试|再試|然后|然後|代わりに|もう一度|使って|대신|다시|بدلا",
  ].join("|"),
  "iu",
);

/** Whether a person's message rejects or undoes the work that was done just before it. */
export function rejects(message: string): boolean {
  const start = message.slice(0, lookedAtUnits);
  return beginsRejecting(start) !== "" || (undoing.test(start) && orders.test(start)) || endsRejecting(message);
}

/** Whether such a message asks for nothing but to undo, so that the answer to it is no better answer to the question. */
export function undoes(message: string): boolean {
  const start = message.slice(0, lookedAtUnits);
  return undoing.test(start) && !goingOn.test(start);
}
