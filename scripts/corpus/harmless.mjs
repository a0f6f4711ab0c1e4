/** Texts without a secret, which redaction must leave as they are. */
export const harmless = String.raw`
MAX_TOKENS=4096
KEYWORDS=alpha,beta
AUTHOR=Jane
PWD=/srv/x
OLDPWD=/srv/y/z
os.getenv("SECRET_KEY")
api_key = os.environ["OPENAI_API_KEY"]
const key = process.env.API_KEY;
const apiKey = process.env.OPENAI_API_KEY ?? "";
TOKEN=$(gh auth token)
POSTGRES_PASSWORD: ${"$"}{DB_PASSWORD:?}
password=$DB_PASSWORD
PASSWORD="$DB_PASSWORD"
password: z.string().min(8)
fetch(url, { credentials: "include" })
fetch(url, { credentials: 'same-origin' })
import React from "https://esm.sh:443/react@18"
git clone git@github.com:org/repo
https://unpkg.com/@scope/pkg@1.2.3/dist/index.js
https://cdn.jsdelivr.net/npm/@scope/pkg@1.2.3
npm install @scope/pkg@1.2.3
id 550e8400-e29b-41d4-a716-446655440000 was seen
commit 9dbd2341a0c8d7e6f5b4a3928170655443322110
"integrity": "sha512-z2fJ0mMQ0r7Zt1mBTbYzXgqvXlYc7yGf3rGmYk8mZyQ0B1Zq4jJmYk8mZyQ0B1Zq4jJm3rGmYk8mZyQ0B1Zq4g=="
OPENAI_API_KEY=<your-api-key>
OPENAI_API_KEY=YOUR_API_KEY
api_key: "YOUR_API_KEY"
token=xxxxxxxxxxxxxxxxxxxxxxxx
password: ********
export OPENAI_API_KEY=sk-...
export OPENAI_API_KEY="sk-xxxxxxxxxxxxxxxxxxxxxxxx"
GITHUB_TOKEN=ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
Authorization: Bearer {{ token }}
Authorization: Bearer $TOKEN
Authorization: Bearer <token>
Authorization: Bearer ${"$"}{token}
password = %PASSWORD%
password: string
token?: string | null;
password: str
password: Optional[str] = None
interface Login { user: string; password: string; token: string }
def login(user: str, password: str) -> Token:
tokenizer=cl100k_base
sorted(items, key=value)
id = Column(Integer, primary_key=True)
keyboard: qwerty
monkey=banana
passenger: John
bypass=true
tool --token-limit 4000
tool --max-tokens 2048
The password is required.
The password is incorrect.
The password must be at least 8 characters long.
Your password has been reset.
Enter your password: 
password is too short
the token is expired
The token was invalid.
const token = getToken(); return token;
const token = await getToken(user.id);
let password = prompt("Password?");
password = getpass.getpass()
password = input("Password: ")
if (password === confirmPassword) {
if (token == null) return;
user.password = hash(password);
this.token = token;
self.password = password
self.api_key = api_key or os.environ.get("API_KEY")
password: this.password,
password: user.password,
{ username, password }
<input type="password" name="password" placeholder="Password" />
<label for="password">Password</label>
<Password value={password} onChange={setPassword} />
const [password, setPassword] = useState("");
secretName: db-credentials
secretKeyRef:
  name: db-secret
valueFrom: { secretKeyRef: { name: db, key: password } }
secrets: inherit
token: ${"$"}{{ secrets.GITHUB_TOKEN }}
env: { NPM_TOKEN: ${"$"}{{ secrets.NPM_TOKEN }} }
password_file: /run/secrets/db_password
POSTGRES_PASSWORD_FILE=/run/secrets/db
SSH_KEY_PATH=~/.ssh/id_ed25519
ssl_key: /etc/ssl/private/server.key
key: "user:123:profile"
cache_key = "items:v2:all"
partition_key: created_at
sort_key=created_at
PRIMARY KEY (id)
FOREIGN KEY (user_id) REFERENCES users(id)
public_key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJvT0mQmXo
key={item.id}
for key in data.keys():
for (const [key, value] of Object.entries(map))
Object.keys(tokens).length
"keywords": ["token", "secret", "password"]
"key": "value"
"type": "password"
"grant_type": "password"
token_type: "bearer"
"token_type":"bearer","expires_in":3600
"token_count": 1234
"total_tokens": 98342, "prompt_tokens": 1200
pad_token = "<pad>"
eos_token: "</s>"
tokenizer.pad_token_id = 0
next_page_token: null
csrf: true
author: Jane Doe
authors = ["Jane <jane@example.com>"]
authority = "example.com"
authentication: none
auth: false
auth=none
oauth: enabled
"auth": "basic"
compass: north
passing: 12
passed: 120, failed: 3
tests pass: 42
pass: true
pass
bypass_cache: yes
The key point is: configure the cache first.
Use sk-learn and the sklearn package for this.
Read https://example.com/docs/install?page=2 about keys and tokens.
See https://docs.example.com/auth/tokens#refresh-token for details.
GET /users/123
app.get("/users/:id", handler)
/home/
/home
cd /home && ls
const r = "/users/" + id;
https://example.com/home/dashboard
Press the Enter key: it submits the form.
hotkey: ctrl+shift+k
key: Escape
onKeyDown={(e) => e.key === "Enter"}
sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
digest: sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
image: ghcr.io/acme/app@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
md5 d41d8cd98f00b204e9800998ecf8427e
ETag: "33a64df551425fcc55e4d42a148795d9f25f89d4"
color: #ff00aa; background: url(data:image/png;base64,iVBORw0KGgo=)
.token{color:red}.secret{display:none}
.password-field { width: 100%; }
!function(e,t){var n=e.key,r=t.token;n&&r(n)}(window,document);
Lorem ipsum dolor sit amet, consectetur adipiscing elit.
docker run -p 8080:80 nginx
docker run -e POSTGRES_PASSWORD nginx
docker login
mysql -u root -p
mysql -u root -p shop < dump.sql
curl -u "$USER:$PASS" https://example.com
curl -u user https://example.com
curl -H "Authorization: Bearer $TOKEN" https://example.com
curl -X POST https://example.com/api/v1/tokens
redis-cli -h cache PING
psql -h db -U app -d shop
ssh -i ~/.ssh/id_ed25519 root@host
ssh -p 2222 host
mkdir -p src/a/b
ports: ["5432:5432"]
127.0.0.1:5432:5432
postgres://localhost:5432/shop
postgres://user:password@localhost:5432/db
postgresql://${"$"}{USER}:${"$"}{PASS}@db/shop
mongodb://localhost:27017/test
redis://localhost:6379
http://localhost:3000/users/@me
https://medium.com/@user/post
mailto:bob@example.com
Contact bob@example.com or alice@example.org.
npm config set registry https://registry.example.com/
//registry.example.com/:_authToken=${"$"}{NPM_TOKEN}
always-auth=true
import { token } from "./token.ts";
export const secretName = "x";
type Token = { kind: "word"; text: string };
const tokens = text.split(" ");
class PasswordHasher implements Hasher {}
validatePassword(password: string): boolean
function hashPassword(password, salt) { return bcrypt.hash(password, salt); }
expect(wrapper.find("password")).toBe(true);
const PASSWORD_MIN_LENGTH = 8;
password_min_length: 12
PASSWORD_RESET_TIMEOUT=3600
TOKEN_EXPIRY=15m
token_ttl: 3600
ACCESS_TOKEN_EXPIRE_MINUTES = 30
SECRET_NAME=my-secret
secret_id: arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf
KEY_VAULT_NAME=acme-kv
AWS_REGION=eu-west-1
AWS_PROFILE=default
GOOGLE_APPLICATION_CREDENTIALS=/etc/gcp/key.json
NODE_ENV=production
MODEL=gpt-4o-mini-2024-07-18
model: claude-3-5-sonnet-20241022
embedding: text-embedding-3-small
OPENAI_BASE_URL=http://localhost:4000/v1
Cookie: theme=dark
document.cookie
Set-Cookie: lang=en; Path=/; Max-Age=3600
res.cookie("sid", sid)
cookies = request.cookies
Basic usage is simple.
Basic authentication
Bearer authentication is used here.
-----BEGIN CERTIFICATE-----
-----BEGIN PUBLIC KEY-----
ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7 bob@host
The machine login page asks for a password first.
kind: ConfigMap
kind: SecretProviderClass
version: 1.2.3
uuid = uuid.uuid4()
base64 -d secret.txt
openssl rand -hex 32
gh auth login
gh secret set NPM_TOKEN
vault kv get secret/app
kubectl get secret db -o yaml
kubectl create secret generic db --from-literal=password=$PASS
aws secretsmanager get-secret-value --secret-id db
terraform apply -var-file=prod.tfvars
variable "db_password" { type = string sensitive = true }
password = var.db_password
password = random_password.db.result
api_key = data.vault_secret.x.data["key"]
IDENTIFIED BY '${"$"}{MYSQL_PASSWORD}'
SELECT password FROM users WHERE id = 1
UPDATE users SET token = NULL
INSERT INTO tokens (id, token) VALUES (?, ?)
password VARCHAR(255) NOT NULL
token TEXT UNIQUE
| name | password | role |
| option | token | what it means |
- password: the password of the user
- token: a token as returned by login
* secret - the shared secret
@param password the user's password
@param {string} token - The token.
:param api_key: Your API key
"password": "Password"
"password": "Enter your password"
"passwordHint": "At least 8 characters"
"forgotPassword": "Forgot your password?"
error: invalid token
Error: Unexpected token } in JSON at position 42
SyntaxError: Unexpected token: punc (;)
token: identifier
tokens: 512
first_pass = True
render_pass: shadow
key_size: 2048
keyid: 1
keyring: /etc/apt/keyrings/x.gpg
signed-by=/etc/apt/keyrings/docker.gpg
apikey: <API_KEY>
"api_key": "<insert key here>"
"api_key": ""
"secret": null
"secret": "***"
"password": "changeme"
api_key: ENV["API_KEY"]
password: <%= ENV["DB_PASSWORD"] %>
password: "{{ db_password }}"
password: !vault |
password: env(DB_PASSWORD)
password: op://vault/item/password
const { data: token } = useToken();
headers: { Authorization: ${"`"}Bearer ${"$"}{token}${"`"} }
headers = {"Authorization": f"Bearer {token}"}
req.headers.authorization
request.headers["Authorization"]
if (!req.headers.authorization) return res.status(401);
Authorization: required for all routes
x-api-key header is missing
The X-Api-Key header
localStorage.getItem("token")
localStorage.setItem("token", token);
sessionStorage.removeItem("access_token")
jwt.sign(payload, secret, { expiresIn: "1h" })
jwt.verify(token, process.env.JWT_SECRET)
const secret = crypto.randomBytes(32).toString("hex");
hashlib.sha256(password.encode()).hexdigest()
SecretStr
password: SecretStr
secret: Secret<String>,
pub password: String,
pub token: &'a str,
let token: Token = parse()?;
private String password;
private readonly token: string;
String password = request.getParameter("password");
char *password = NULL;
func (c *Client) SetToken(token string) {
token, err := auth.Token(ctx)
password, ok := r.BasicAuth()
val token: String = prefs.getString("token", null)
$password = $_POST['password'];
'password' => env('DB_PASSWORD', ''),
$token = $this->getToken();
:password => params[:password]
assert password == "expected" or True
C:\Windows\System32\drivers\etc\hosts
C:\Users\
<Route path="/users/:id" />
btn -home- active
margin: 0 -home-grid;
a--home-b
my-home-page
/rootfs/etc
root:x:0:0
grid-area: key;
"scripts": { "test": "vitest run", "auth": "node auth.mjs" }
arn:aws:iam::123456789012:role/admin
ocid1.instance.oc1.phx.abc
datadog-agent:7.50.0
heroku create my-app
cloudflare: enabled
The Datadog commit 9dbd2341a0c8d7e6f5b4a3928170655443322110 fixed it.
sentry release 1.2.3
stripe.customers.create({ email })
slack: #general
discord: https://discord.gg/abcdef
https://github.com/acme/app/commit/9dbd2341a0c8d7e6f5b4a3928170655443322110
https://hub.docker.com/r/acme/app
task_completed
disk_usage_percent_total_average
risk-assessment-2024-final-version
sk-toggleable__control sk-hidden--visually
npm_config_registry=https://registry.example.com
hf_hub_download(repo_id="x", filename="y")
pypi-server run -p 8080
glob-parent hello
xoxo love
asia-northeast1-docker.pkg.dev
ASIA
eyJ
eyJhbGciOiJIUzI1NiJ9
version 1.0-beta
lodash@4.17.21
1/2 cup of sugar
cut -d: -f1 /etc/passwd
cat /etc/passwd | grep root
chmod 600 ~/.pgpass
The .netrc file holds machine, login and password.
export PATH=$HOME/bin:$PATH
export TOKEN
read -s PASSWORD
unset AWS_SECRET_ACCESS_KEY
--password-stdin
--api-key-file key.txt
--key value
--secret-id db
x = tokens["input_ids"].to(device)
token_embedding = nn.Embedding(vocab_size, dim)
attention_key = self.key(x)
key, query, value = qkv.chunk(3)
num_key_value_heads=8
trust_remote_code=True, token=True
AutoTokenizer.from_pretrained(name, token=None)
model.generate(max_new_tokens=64, pad_token_id=tokenizer.eos_token_id)
<a href="/home/settings">Settings</a>
router.push("/home/dashboard")
"/home/settings": { "get": {} }
<Route path="/home/profile" element={<Profile />} />
GET /home/feed HTTP/1.1
--- PASS: TestPasswordReset/unknown_user (0.00s)
"password": "Passwort",
"contraseña": "La contraseña es obligatoria",
Le mot de passe est obligatoire.
密码不能为空
请输入密码
Введите пароль для входа
password_hash: argon2id
password-hash = "0.5.0"
$password = Read-Host "Password" -AsSecureString
e.password=t.password,e.token=t.token,e.secret=n(t)
log in as root / administrator
sign in with google/github
The backup codes are stored encrypted.
What's the password? Ask Bob.
token for CI: stored in GitHub Actions secrets
set the token to null
INSERT INTO users (name, password) VALUES ($1, $2)
<td>password</td><td>string</td>
jwt.sign({ id }, secretKey, { expiresIn: "1h" })
`
  .split("\n")
  .filter((line) => line.trim() !== "");
