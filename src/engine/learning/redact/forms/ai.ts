import { type Form, form } from "../form.ts";
import { isRandom } from "../shape.ts";

const end = "(?![A-Za-z0-9])";
const sticky = (source: string) => new RegExp(source, "y");

/** Models and what is built around them. */
export const aiForms: readonly Form[] = [
  form("anthropic", ["sk-ant-"], /sk-ant-[\w-]{8,}/y, { check: (text) => /\d/.test(text) || text.length > 40 }),
  form("openrouter", ["sk-or-"], /sk-or-(?:v\d-)?[\w-]{20,}/y),
  form("langfuse", ["sk-lf-", "pk-lf-"], /[sp]k-lf-[\da-f-]{20,}/y),
  form(
    "openai",
    ["sk-"],
    /sk-(?:proj|svcacct|admin|None|service|user|api\d{2}|kimi|helicone|lm)-(?=[\w-]{0,200}\d)[\w-]{16,}/y,
  ),
  form("openai", ["sk-"], /sk-(?=[\w-]{0,200}\d)[A-Za-z0-9_-]{16,}/y, { check: (text) => isRandom(text.slice(3), 16) }),
  form("openai", ["sess-"], sticky(`sess-[A-Za-z0-9]{40}${end}`)),
  form("groq", ["gsk_"], /gsk_[A-Za-z0-9]{20,}/y),
  form("perplexity", ["pplx-"], /pplx-[A-Za-z0-9]{30,}/y),
  form("huggingface", ["hf_"], /hf_[A-Za-z0-9]{20,}/y),
  form("huggingface", ["api_org_"], /api_org_[A-Za-z0-9]{20,}/y),
  form("replicate", ["r8_"], /r8_[A-Za-z0-9]{30,}/y),
  form("together", ["tgp_v1_"], /tgp_v1_[\w-]{30,}/y),
  form("fireworks", ["fw_"], sticky(`fw_[A-Za-z0-9]{20,64}${end}`), {
    check: (text) => /\d/.test(text) && /[A-Z]/.test(text),
  }),
  form("xai", ["xai-"], /xai-[A-Za-z0-9]{60,}/y),
  form("nvidia", ["nvapi-"], /nvapi-[\w-]{40,}/y),
  form("elevenlabs", ["sk_"], sticky(`sk_[\\da-f]{40,64}${end}`)),
  form("langsmith", ["lsv2_", "ls__"], /(?:lsv2_(?:pt|sk)_[\da-f]{32}_[\da-f]{6,}|ls__[\da-f]{32})/y),
  form("wandb", ["wandb_v1_"], /wandb_v1_[\w-]{40,}/y),
  form("pinecone", ["pcsk_"], /pcsk_[\w-]{40,}/y),
  form("voyage", ["pa-", "al-"], sticky("(?:pa|al)-[\\w-]{40,48}(?![\\w-])"), {
    check: (text) => /\d/.test(text) && /[A-Z]/.test(text),
  }),
  form("cerebras", ["csk-"], /csk-[a-z\d]{30,}/y),
  form("tavily", ["tvly-"], /tvly-(?:[a-z]{2,6}-)?[A-Za-z0-9_-]{20,}/y),
  form("firecrawl", ["fc-"], sticky(`fc-[\\da-f]{32}${end}`)),
  form("jina", ["jina_"], /jina_[\w-]{40,}/y),
  form("e2b", ["e2b_"], /e2b_[\da-f]{32,}/y),
  form("modal", ["ak-", "as-"], sticky(`a[ks]-[A-Za-z0-9]{22}${end}`), {
    check: (text) => /\d/.test(text) && /[A-Z]/.test(text),
  }),
  form("anyscale", ["esecret_", "aph0_"], /(?:esecret|aph0)_[A-Za-z0-9]{20,}/y),
  form("llamacloud", ["llx-"], /llx-[A-Za-z0-9]{30,}/y),
  form("apify", ["apify_api_", "apify_"], /apify_(?:api|proxy)_[A-Za-z0-9]{30,}/y),
  form("brave", ["bsa"], sticky("BSA[\\w-]{24,30}(?![\\w-])"), {
    check: (text) => /\d/.test(text) && /[a-z]/.test(text),
  }),
  form(
    "fal",
    ["fal_", "fal.ai", "fal.run", "fal-", "fal key"],
    /(?<![A-Za-z0-9-])[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}:[\da-f]{32}(?![A-Za-z0-9])/g,
  ),
  form("zhipu", ["zhipu", "glm", "bigmodel", "z.ai"], /(?<![A-Za-z0-9])[\da-f]{32}\.[A-Za-z0-9]{16}(?![A-Za-z0-9])/g),
  form("unify", ["github_models", "ghm_"], /ghm_[A-Za-z0-9]{30,}/y),
  form("portkey", ["portkey"], /(portkey[\w -]{0,20}["'\\]{0,4}\s{0,5}[:=]\s{0,5}["'\\]{0,4})([A-Za-z0-9+/=]{27,})/gi),
  form("cursor", ["key_"], sticky(`key_[\\da-f]{64}${end}`)),
  form("context7", ["ctx7sk-"], /ctx7sk-[\w-]{20,}/y),
  form("novita", ["sk_"], sticky(`sk_[A-Za-z0-9_-]{43}(?![\\w-])`), {
    check: (text) => /\d/.test(text) && /[A-Z]/.test(text),
  }),
  form("braintrust", ["bt-st-"], /bt-st-[\w-]{30,}/y),
  form(
    "privateai",
    ["private_ai", "privateai"],
    /((?:private_?ai)[\w -]{0,20}["'\\]{0,4}\s{0,5}[:=]\s{0,5}["'\\]{0,4})([a-z\d]{32})(?![A-Za-z0-9])/gi,
  ),
];
