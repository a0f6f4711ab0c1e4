import { type Form, form } from "../form.ts";

const end = "(?![A-Za-z0-9])";
const sticky = (source: string) => new RegExp(source, "y");
const hexAfterSk = [..."0123456789abcdef"].map((digit) => `sk${digit}`);

/** Chat, mail, telephones, social networks, and the addresses that post to them. */
export const chatForms: readonly Form[] = [
  form("slack", ["xox"], /xox[abcdeoprs](?:\.xox[bp])?-[\w-]{8,}/y),
  form("slack", ["xapp-"], /xapp-[\w-]{16,}/y),
  form(
    "slack",
    ["hooks.slack.com"],
    /(hooks\.slack\.com\/(?:services|workflows|triggers|commands)\/)([\w+/=%-]{12,})/iy,
  ),
  form(
    "slack",
    ["hooks.slack-gov.com"],
    /(hooks\.slack-gov\.com\/(?:services|workflows|triggers)\/)([\w+/=%-]{12,})/iy,
  ),
  form(
    "discord",
    ["/api/webhooks/", "/api/v", "%2fapi%2f"],
    /((?:\/|%2F)api(?:\/|%2F)(?:v\d{1,2}(?:\/|%2F))?webhooks(?:\/|%2F))(\d{15,21}(?:\/|%2F)[\w-]{30,})/iy,
    {
      glued: true,
    },
  ),
  form(
    "discord",
    ["discord", "bot ", "bot_", "bot=", "bot:", 'bot"', "bot'"],
    /(?<![A-Za-z0-9-])(?:mfa\.[\w-]{60,}|[MNO][A-Za-z\d_-]{22,27}\.[\w-]{6}\.[\w-]{27,40}(?![\w-]))/g,
  ),
  // The first part is a number in base64: its first two letters are one of ten.
  form(
    "discord",
    ["MT", "MD", "Mj", "Mz", "ND", "NT", "Nj", "Nz", "OD", "OT"],
    /[MNO][A-Za-z\d_-]{22,27}\.[\w-]{6}\.[\w-]{27,40}(?![\w-])/y,
  ),
  form("telegram", [":aa"], sticky(`(?<!\\d)\\d{7,11}:AA[\\w-]{32,35}(?![\\w-])`), {
    before: { letters: /\d/, most: 11 },
    glued: true,
  }),
  form("telegram", ["api.telegram.org/bot"], /(api\.telegram\.org\/bot)(\d{5,16}:[\w-]{30,})/iy),
  form(
    "teams",
    ["webhook.office.com", "outlook.office.com/webhook", "outlook.office365.com/webhook"],
    /((?:webhook\.office\.com|outlook\.office(?:365)?\.com)\/webhook(?:b2)?\/)([\w@/-]{30,})/iy,
    { glued: true },
  ),
  form("teams", ["/workflows/"], /(\/workflows\/)([\da-f]{32}\/triggers\/[^\s"'<>)\\]{10,})/iy, { glued: true }),
  form(
    "google-chat",
    ["chat.googleapis.com"],
    /(chat\.googleapis\.com\/v1\/spaces\/)([\w-]{4,}\/messages\?[^\s"'<>)\\]{20,})/iy,
  ),
  form("webhook", ["hooks.zapier.com"], /(hooks\.zapier\.com\/hooks\/catch\/)([\w/]{8,})/iy),
  form("webhook", ["/with/key/"], /(\/with\/key\/)([\w-]{16,})/iy, { glued: true }),
  form(
    "webhook",
    ["hook.integromat.com", "hook.eu", "hook.us"],
    /(hook\.(?:integromat|(?:eu|us)\d?\.make)\.com\/)([A-Za-z0-9]{20,})/iy,
  ),
  form("webhook", ["hc-ping.com/"], /(hc-ping\.com\/)([\w-]{22,})/iy),
  form(
    "webhook",
    ["open.feishu.cn", "open.larksuite.com"],
    /(open\.(?:feishu\.cn|larksuite\.com)\/open-apis\/bot\/v2\/hook\/)([\w-]{20,})/iy,
  ),
  form("webhook", ["qyapi.weixin.qq.com"], /(qyapi\.weixin\.qq\.com\/cgi-bin\/webhook\/send\?key=)([\w-]{20,})/iy),
  form("webhook", ["oapi.dingtalk.com"], /(oapi\.dingtalk\.com\/robot\/send\?access_token=)([\da-f]{40,})/iy),
  form(
    "webhook",
    ["mattermost", "rocket.chat", "rocketchat"],
    /(\/hooks\/)([A-Za-z0-9]{17,26}(?:\/[A-Za-z0-9]{40,})?)(?![A-Za-z0-9])/g,
  ),
  form("twilio", hexAfterSk, sticky(`SK[\\da-f]{32}${end}`)),
  form("sendgrid", ["sg."], /SG\.[\w-]{16,32}\.[\w-]{30,}/y),
  form("mailgun", ["key-"], sticky(`key-[\\da-f]{32}${end}`)),
  form("mailgun", ["mailgun"], /(?<![A-Za-z0-9])[\da-f]{32}-[\da-f]{8}-[\da-f]{8}(?![A-Za-z0-9])/g),
  form("mailchimp", ["-us"], sticky(`[\\da-f]{32}-us\\d{1,2}${end}`), { before: { letters: /[\da-f]/, most: 32 } }),
  form("brevo", ["xkeysib-", "xsmtpsib-"], /x(?:key|smtp)sib-[\da-f]{40,}-[A-Za-z0-9]{10,}/y),
  form("resend", ["re_"], sticky(`re_[A-Za-z0-9]{6,10}_[A-Za-z0-9]{20,32}${end}`)),
  form("intercom", ["dg9r"], /dG9rO[A-Za-z0-9+/]{40,}={0,2}/y),
  form("facebook", ["eaa"], sticky(`EAA[A-Z][A-Za-z0-9]{60,}`)),
  form("instagram", ["igq"], /IGQ[\w-]{80,}/y),
  form("twitter", ["aaaaaaaaaaaaaaaaaaaa"], /A{20,22}[A-Za-z0-9%]{60,}/y),
  form("twitch", ["oauth:"], sticky(`(oauth:)([a-z\\d]{30})${end}`)),
  form("matrix", ["syt_"], /syt_[\w=-]{4,100}_[A-Za-z]{20}_[A-Za-z0-9]{6}/y),
  form("onesignal", ["os_v2_"], /os_v2_(?:app|org)_[a-z\d]{60,}/y),
  form(
    "mattermost",
    ["mattermost"],
    /((?:mattermost)[\w .-]{0,30}["'\\`]{0,4}\s{0,3}(?:[:=]|is)\s{0,3}["'\\`]{0,4})([a-z\d]{26})(?![A-Za-z0-9])/gi,
  ),
  form("linkedin", ["wpl_ap"], /WPL_AP\d\.[\w.=+/-]{16,}/y),
  form("infobip", ["authorization: app "], /(authorization: app )([\da-f-]{40,})/iy),
  form("zoho", ["1000."], /1000\.[\da-f]{32}(?:\.[\da-f]{32})?(?![A-Za-z0-9])/y),
];
