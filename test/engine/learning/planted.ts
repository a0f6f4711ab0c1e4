// Made up for these tests, and put together here so that no scanner takes them for real ones.
const letters = "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1eF3hJ5";
const part = (length: number) => letters.repeat(4).slice(0, length);
const pem = (body: string) => `-----BEGIN OPENSSH PRIVATE ${"KEY"}-----${body}-----END OPENSSH PRIVATE ${"KEY"}-----`;

/** One secret of each kind, in the text it is likely to stand in. */
export const planted: readonly { readonly kind: string; readonly text: string; readonly secret: string }[] = [
  { kind: "AWS key id", text: `use AKIA${"IOSFODNN7EXAMPLE"} for s3`, secret: "IOSFODNN7EXAMPLE" },
  { kind: "AWS secret key", text: `aws_secret_access_key = ${part(40)}`, secret: part(40) },
  { kind: "GitHub token", text: `git clone with ghp_${part(36)} please`, secret: part(36) },
  { kind: "GitHub fine-grained token", text: `github_pat_${part(60)}`, secret: part(60) },
  { kind: "OpenAI key", text: `key sk-proj-${part(40)}.`, secret: part(40) },
  { kind: "Anthropic key", text: `sk-ant-api03-${part(50)}`, secret: part(50) },
  { kind: "private key", text: pem(`\n${part(64)}\n${part(30)}\n`), secret: part(30) },
  { kind: "private key with written newlines", text: pem(`\\n${part(64)}\\n`), secret: part(64) },
  { kind: "unfinished private key", text: `-----BEGIN RSA PRIVATE ${"KEY"}-----\n${part(64)}`, secret: part(64) },
  {
    kind: "unfinished private key before other words",
    text: `-----BEGIN RSA PRIVATE ${"KEY"}-----\n${part(64)},and so on`,
    secret: part(64),
  },
  { kind: "URL password", text: "postgres://admin:hunter2horse@db.local:5432/x", secret: "hunter2horse" },
  { kind: "bearer token", text: `Authorization: Bearer ${part(30)}`, secret: part(30) },
  { kind: "bearer token alone", text: `curl with bearer ${part(30)}`, secret: part(30) },
  { kind: ".env line", text: "DATABASE_PASSWORD=correct-horse-battery", secret: "correct-horse-battery" },
  { kind: "exported .env line", text: 'export SERVICE_TOKEN="quiet river stone"', secret: "quiet river stone" },
  { kind: "JSON field", text: '{"api_key": "river-stone-quiet"}', secret: "river-stone-quiet" },
  { kind: "escaped JSON field", text: '{\\"client_secret\\": \\"river-stone-quiet\\"}', secret: "river-stone-quiet" },
  { kind: "command line flag", text: "mysql --password=river-stone-9 -u root", secret: "river-stone-9" },
  { kind: "YAML field", text: "password: river-stone-42", secret: "river-stone-42" },
  { kind: "Slack token", text: `xoxb-${part(30)}`, secret: part(30) },
  { kind: "Google key", text: `AIza${part(35)}`, secret: part(35) },
  { kind: "JWT", text: `eyJ${part(20)}.eyJ${part(30)}.${part(25)}`, secret: part(25) },
  { kind: "Hugging Face token", text: `hf_${part(34)}`, secret: part(34) },
  { kind: "GitHub token behind a name", text: `task_ghp_${part(36)}`, secret: part(36) },
  { kind: "AWS key id within a name", text: `x_AKIA${"IOSFODNN7EXAMPLE"}_y`, secret: "IOSFODNN7EXAMPLE" },
  { kind: "npm token", text: `npm_${part(36)}`, secret: part(36) },
];
