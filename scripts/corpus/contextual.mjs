const row = (family, make) => ({ family, make });
/** A row whose text has its secrets in `«»`; `{x12}` is random as in `random.mjs`. */
const marked = (family, template) =>
  row(family, ({ of }) => {
    const filled = template.replace(/\{(\w)(\d+)\}/g, (_, set, length) => of(set, Number(length)));
    const secrets = [...filled.matchAll(/«([^»]*)»/g)].map(([, secret]) => secret);
    return { text: filled.replace(/[«»]/g, ""), secrets };
  });
const base64 = (text) => Buffer.from(text).toString("base64");
const lines = (of, set, count) => Array.from({ length: count }, () => of(set, 64));
const pem = (kind) =>
  row(`${kind} PEM`, ({ of }) => {
    const body = lines(of, "b", 6);
    return { text: `-----BEGIN ${kind}-----\n${body.join("\n")}\n-----END ${kind}-----`, secrets: body };
  });

/** Secrets that only their surroundings tell, with those surroundings. */
export const contextual = [
  marked("YAML password of letters", "db:\n  user: app\n  password: «{l10}»\n  port: 5432"),
  marked("password of letters in JSON", '{"user":"app","password":"«{l10}»"}'),
  marked("password of letters in INI", "[client]\nuser = app\npassword = «{l11}»"),
  marked("properties", "spring.datasource.username=app\nspring.datasource.password=«{l9}{d2}»"),
  marked("prose", "the password is «{l5}{d3}{l3}»."),
  marked("prose quoted", 'log in as admin, the password is "«{l8}»"'),
  marked("prose backticks", "use password `«{l4}{d4}!»` for the admin"),
  marked("XML element", "<server><username>ci</username><password>«{n14}»</password></server>"),
  marked("XML attribute", '<add key="Password" value="«{n14}»" />'),
  marked(
    "environment of compose",
    "services:\n  db:\n    environment:\n      - POSTGRES_PASSWORD=«{l12}»\n      MYSQL_ROOT_PASSWORD: «{n12}»",
  ),
  marked(
    "Dockerfile",
    "FROM node\nENV API_TOKEN=«{n32}»\nENV DB_PASSWORD «{n12}9»".replace(
      "ENV DB_PASSWORD «{n12}9»",
      "ARG DB_PASSWORD=«{n12}»",
    ),
  ),
  marked("Python settings", 'SECRET_KEY = "«{p50}»"\nDEBUG = True'),
  marked("Python call", 'client = Client(host="x", api_key="«{n32}»")'),
  marked("environment fallback", 'os.environ.get("DB_PASSWORD", "«{n12}4#»")'),
  marked("JavaScript object", 'const config = { user: "a", password: "«{l12}»", port: 1 };'),
  marked("typed constant", 'const password: string = "«{n12}»";'),
  marked("Go", 'password := "«{n12}»"'),
  marked("netrc", "machine github.com login octocat password «{n20}»"),
  marked("netrc in lines", "machine example.com\n  login bob\n  password «{l12}»"),
  marked("pgpass", "db.local:5432:shop:alice:«{n12}»"),
  marked("pgpass with stars", "*:*:*:alice:«{n12}»".replace("*:*:*:", "*:5432:*:")),
  marked("curl -u", "curl -u admin:«{n14}» https://example.com/api"),
  marked("curl --user", 'curl -s --user "admin:«{p14}»" https://example.com/api'),
  marked("mysql -p", "mysql -u root -p«{n12}» shop"),
  marked("mysqldump --password", "mysqldump -u root --password=«{l12}» shop"),
  marked("sshpass", "sshpass -p «{n12}» ssh root@host"),
  marked("sshpass quoted", "sshpass -p '«{p14}»' ssh root@host"),
  marked("redis-cli", "redis-cli -h cache -a «{n16}» PING"),
  marked("docker login", "docker login -u bob -p «{n16}» registry.example.com"),
  marked("option with blank", "tool deploy --token «{n24}» --region eu"),
  marked("option of letters", "tool login --password «{l12}» --user bob"),
  row("docker config", ({ of }) => {
    const auth = base64(`bob:${of("n", 16)}`);
    return { text: JSON.stringify({ auths: { "ghcr.io": { auth } } }, null, 2), secrets: [auth] };
  }),
  row("kubeconfig", ({ of }) => {
    const key = of("b", 200);
    const token = of("n", 40);
    return {
      text: `users:\n- name: admin\n  user:\n    client-key-data: ${key}\n    token: ${token}`,
      secrets: [key, token],
    };
  }),
  row("kubernetes secret", ({ of }) => {
    const [one, two] = [base64(of("l", 9)), base64(of("n", 15))];
    return {
      text: `apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ndata:\n  username: ${one}\n  pw: ${two}\n`,
      secrets: [one, two],
    };
  }),
  marked("npmrc token", "//registry.example.com/:_authToken=«{n40}»"),
  row("npmrc auth", ({ of }) => {
    const auth = base64(`bob:${of("n", 16)}`);
    return { text: `registry=https://r.example.com/\n_auth=${auth}\nalways-auth=true`, secrets: [auth] };
  }),
  row("npmrc password", ({ of }) => {
    const secret = base64(of("n", 18));
    return { text: `//r.example.com/:username=bob\n//r.example.com/:_password=${secret}`, secrets: [secret] };
  }),
  marked("aws credentials", "[default]\naws_access_key_id = «AKIA{B16}»\naws_secret_access_key = «{b40}»"),
  marked(
    "azure connection string",
    "DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=«{b86}»==;EndpointSuffix=core.windows.net",
  ),
  marked("azure SAS", "https://acme.blob.core.windows.net/c/f?sv=2022-11-02&se=2030-01-01&sr=b&sp=r&sig=«{n43}»%3D"),
  marked("postgres address", "postgres://app:«{n16}»@db.local:5432/shop"),
  marked("password with @", "postgres://app:«p@{n12}»@db.local:5432/shop"),
  marked("password with /", "mysql://app:«{n6}/{n6}»@db.local:3306/shop"),
  marked("password with #", "mongodb+srv://app:«{n6}#{n6}»@cluster0.abcde.mongodb.net/shop"),
  marked("password with @, / and #", "amqp://app:«{n4}@{n4}/{n4}#{n4}»@mq.local:5672/vhost"),
  marked("redis without user", "redis://:«{n24}»@cache:6379/0"),
  marked("web basic auth", "git clone https://bob:«{n20}»@git.example.com/x.git"),
  marked("token as user", "git clone https://«{n40}»@github.com/acme/app.git"),
  marked("ADO connection string", "Server=db;Database=shop;User Id=sa;Password=«{n12}!»;Encrypt=true"),
  marked("JDBC", "jdbc:sqlserver://db:1433;databaseName=x;user=sa;password=«{n14}»;encrypt=true"),
  marked("JDBC query", "jdbc:postgresql://db/x?user=app&password=«{l12}»&ssl=true"),
  marked("key-value DSN", "host=db user=app password=«{l12}» dbname=shop"),
  marked("bearer header", "Authorization: Bearer «{n40}»"),
  marked("token header", "Authorization: token «{n40}»"),
  marked("odd scheme", "Authorization: GenieKey «{h8}-{h4}-{h4}-{h4}-{h12}»"),
  marked("header without scheme", "Authorization: «{n40}»"),
  row("basic header", ({ of }) => {
    const secret = base64(`bob:${of("n", 14)}`);
    return { text: `Authorization: Basic ${secret}`, secrets: [secret] };
  }),
  marked("digest header", 'Authorization: Digest username="bob", realm="x", nonce="«{h32}»", response="«{h32}»"'),
  marked(
    "AWS signature header",
    "Authorization: AWS4-HMAC-SHA256 Credential=«AKIA{B16}»/20260101/eu-west-1/s3/aws4_request, SignedHeaders=host, Signature=«{h64}»",
  ),
  marked("api key header", "X-Api-Key: «{n32}»"),
  marked("curl header", "curl -H 'X-Auth-Token: «{n32}»' https://example.com"),
  marked("header in code", 'fetch(url, { headers: { "Authorization": "Bearer «{n40}»", "X-API-Key": "«{n24}»" } })'),
  marked("cookies", "Cookie: sid=«{n32}»; csrftoken=«{n32}»; remember=«{n20}»"),
  marked("set cookie", "Set-Cookie: session=«{n40}»; Path=/; HttpOnly; SameSite=Lax"),
  marked("SQL identified by", "CREATE USER 'app'@'%' IDENTIFIED BY '«{n12}»';"),
  marked("SQL with plugin", "ALTER USER app IDENTIFIED WITH mysql_native_password BY '«{p12}»';"),
  marked("SQL password", "CREATE ROLE app WITH LOGIN PASSWORD '«{l10}»';"),
  marked("SQL set password", "SET PASSWORD FOR 'app'@'%' = PASSWORD('«{n10}»');"),
  pem("RSA PRIVATE KEY"),
  pem("PRIVATE KEY"),
  pem("EC PRIVATE KEY"),
  pem("OPENSSH PRIVATE KEY"),
  pem("ENCRYPTED PRIVATE KEY"),
  pem("PGP PRIVATE KEY BLOCK"),
  row("unfinished PEM", ({ of }) => {
    const body = lines(of, "b", 4);
    return { text: `-----BEGIN RSA PRIVATE KEY-----\n${body.join("\n")}`, secrets: body };
  }),
  row("service account", ({ of }) => {
    const body = lines(of, "b", 4);
    const private_key = `-----BEGIN PRIVATE KEY-----\n${body.join("\n")}\n-----END PRIVATE KEY-----\n`;
    return { text: JSON.stringify({ type: "service_account", private_key_id: "x", private_key }), secrets: body };
  }),
  row("PuTTY key", ({ of }) => {
    const body = lines(of, "b", 4);
    return {
      text: `PuTTY-User-Key-File-2: ssh-rsa\nEncryption: none\nPrivate-Lines: 4\n${body.join("\n")}`,
      secrets: body,
    };
  }),
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a hash has its dollars
  marked("htpasswd", "bob:«$apr1${n8}${n22}»"),
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a hash has its dollars
  marked("bcrypt", "admin:«$2y$10${n53}»"),
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a hash has its dollars
  marked("shadow", "root:«$6${n16}${n86}»:19000:0:99999:7:::"),
  marked("terraform variable", 'variable "db_password" {\n  type = string\n  default = "«{n14}»"\n}'),
  marked("tfvars", 'db_password = "«{l14}»"'),
  marked("totp", "otpauth://totp/Acme:bob@example.com?secret=«{B32}»&issuer=Acme"),
  marked("mnemonic", "mnemonic: «legal winner thank year wave sausage worth useful legal winner thank yellow»"),
  marked(
    "signed address",
    "https://b.s3.amazonaws.com/k?X-Amz-Credential=«AKIA{B16}»%2F20260101&X-Amz-Signature=«{h64}»",
  ),
  marked("provider beside hex", "our datadog api key is «{h32}» by the way"),
  marked("said again", "DB_PASSWORD=«{n14}»\nthen I typed «{n14}» by hand".replace("«{n14}» by hand", "it by hand")),
  row("said again elsewhere", ({ of }) => {
    const secret = of("n", 14);
    return { text: `db:\n  password: ${secret}\n\nI then typed ${secret} into the form.`, secrets: [secret] };
  }),
  marked("Linux home", "see /home/«{l8}»/src/main.ts"),
  marked("macOS home", "open /Users/«{l8}»/Desktop"),
  marked("Fedora home", "cd /var/home/«{l8}»/src"),
  marked("mounted home", "ls /mnt/home/«{l8}»/x /export/home/«{l8}»/y"),
  marked("Windows home", "type C:\\Users\\«{l8}»\\notes.txt"),
  marked("Windows home with slashes", "open C:/Users/«{l8}»/notes.txt and /mnt/c/Users/«{l8}»/x and /c/Users/«{l8}»"),
  marked("home address", "open file:///home/«{l8}»/index.html"),
  marked("encoded project", "ls ~/.claude/projects/-home-«{l8}»-src-app/"),
  marked("colours of a terminal", "loaded \u001b[36mAPP_API_TOKEN\u001b[0m=\u001b[32m«{n32}»\u001b[0m ok"),
  marked("label and remark", "[sudo] password for ops: «{n14}»\nPaste your token here: «{h40}»"),
  marked("prompt with its former value", "AWS Secret Access Key [None]: «{b40}»"),
  marked("value on the line below", "Here is the registry password:\n«{n24}»\nthanks"),
  marked("value in brackets", "it failed with the old API key («{n32}») after two tries"),
  marked("quotes of print", "a new API key: „«{n32}»“, and the password is “«{n14}»” here"),
  marked("question", "? What is your API key? «{n32}»"),
  marked("changed to", "I changed the root password to «{l9}-{d2}», tell nobody"),
  marked("user and password in prose", "log in as admin / «{l8}-{l6}-{d2}» on staging\ncreds: bob:«{u1}{l7}{d2}»"),
  marked("pass phrase in quotes", "pass phrase '«seven blue otters swimming»'"),
  marked("token of letters", "token: «qxkzvwplmtrjshdg»\nnext: 1"),
  marked("cell of a page", "<tr><th>Passwort:</th><td><code>«{u1}{l7}{d2}»</code></td></tr>"),
  marked("column of a table", "| user | password |\n|---|---|\n| admin | «{u1}{l7}!{d1}» |\n| bob | «{n14}» |"),
  marked(
    "column of SQL",
    "INSERT INTO `users` (`login`,`password`) VALUES ('bob','«{u1}{l7}{d2}!»'),('eve','«{n14}»');",
  ),
  marked("national string of SQL", "CREATE LOGIN app WITH PASSWORD = N'«{u1}{l7}_{d4}»', CHECK_POLICY = OFF;"),
  marked("German", "Das Passwort lautet «{u1}{l8}_{d4}», bitte nicht weitergeben.\nDas Kennwort ist „«{u1}{l8}{d2}»“."),
  marked("French", "mot de passe : «{l8}-{d2}»\nle mot de passe du serveur est «{u1}{l7}!{d2}»"),
  marked("Spanish", "la contraseña es «{l5}{u1}{l4}{d2}»\nLa contraseña: «{l9}-{d1}»"),
  marked("Portuguese", "A senha é «{l8}{d4}»\nSenha temporária: «{u1}{l7}{d2}!»"),
  marked("Russian", "Пароль от сервера: «{u1}{l7}_{d4}»\nпароль: «{l8}{d2}»"),
  marked("Chinese", "服务器密码：«{l8}{d4}»\n密码是«{l7}!{d2}»，别告诉别人"),
  marked("Japanese and Korean", "パスワードは「«{l8}-{d2}»」です\n비밀번호: «{l8}{d2}»"),
  marked("recovery codes", "Recovery codes:\n«{a5}1-{a5}»\n«{a5}2-{a5}»"),
  marked("key of a call", "jwt.sign(payload, '«{n22}»', { expiresIn: '1h' });"),
  marked("pass beside a user", "smtp:\n  user: mailer@example.com\n  pass: 'Ib«{l8}!ocf»&]'"),
  marked("flag written in one word", "keytool -list -storepass «{l8}{d3}» -keypass «{l8}-{l6}-{d2}»"),
  marked("command that tells a password", "restic --password-command 'echo «{n18}»' snapshots"),
  marked("Firebase server key", "the server key AAAA{n7}:APA91b«{w120}»."),
  marked("Azure key told by its form", "(«{n42}AzSeB{n5}») and «{b41}+ACR{n5}»"),
  marked("home in WSL", String.raw`\\wsl$\Ubuntu\home\«{l8}»\api and \\wsl.localhost\Ubuntu\home\«{l8}»\x`),
  marked(
    "home elsewhere",
    String.raw`/var/lib/machines/f41/home/«{l8}»/x c:/users/«{l8}»/x C:\Documents and Settings\«{l8}»\x \\srv\Users\«{l8}»\x /run/media/«{l8}»/USB`,
  ),
  marked("encoded project of two names", "ls ~/.claude/projects/-home-«mary-ann»-src-x/"),
];
