import { type Form, form } from "../form.ts";

const alphanumeric = /[A-Za-z0-9]/;
const end = "(?![A-Za-z0-9])";
// Azure writes who gave a key out into it, near its end.
const azureKey =
  /[\w+/]{32,44}(?:AzSe|AzCa|ACDb|\+?ACR[A-Za-z0-9]|\+AEh|\+AIoT|\+ASb|\+?AAAC|\+AAC|AZEG)[\w+/]{4,10}={0,2}(?![\w+/])/y;
const sticky = (source: string) => new RegExp(source, "y");

/** Clouds, hosting, and what keeps or gives out their secrets. */
export const cloudForms: readonly Form[] = [
  form(
    "aws",
    ["akia", "asia", "abia", "acca", "aroa", "aida", "agpa", "anpa", "anva", "apka", "aipa"],
    sticky(`A(?:KIA|SIA|BIA|CCA|ROA|IDA|GPA|NPA|NVA|PKA|IPA)[A-Z0-9]{16}${end}`),
  ),
  form(
    "aws",
    ["akia", "asia"],
    /(A[KS]IA[A-Z0-9]{16}[\s"',:;|/]{1,10}(?:[\w ]{1,40}[\s"':=]{1,5})?)([A-Za-z0-9+/]{40})(?![A-Za-z0-9+/=])/y,
  ),
  form("aws", ["a3t"], sticky(`A3T[A-Z0-9]{17}${end}`)),
  form("aws", ["absk"], /ABSK[A-Za-z0-9+/]{60,}={0,2}/y),
  form("aws", ["amzn.mws."], /amzn\.mws\.[\da-f]{8}-[\da-f-]{27}/iy),
  form("aws", ["fwogzxivyxdz", "iqojb3jpz2lu"], /(?:FwoGZXIvYXdz|IQoJb3JpZ2lu)[A-Za-z0-9+/]{40,}={0,2}/y),
  form("alibaba", ["ltai"], /LTAI[A-Za-z0-9]{12,30}/y),
  form("tencent", ["akid"], /AKID[A-Za-z0-9]{28,40}/y),
  form("google", ["aiza"], /AIza[\w-]{30,}/y),
  form("google", ["ya29."], /ya29\.[\w.-]{20,}/y),
  form("google", ["gocspx-"], /GOCSPX-[\w-]{20,}/y),
  form("google", ["1//0"], /1\/\/0[\w-]{30,}/y),
  form("google", ["6L"], sticky(`6L[\\w-]{38}(?![\\w-])`), {
    check: (text) => /[A-Z]/.test(text) && /[a-z]/.test(text) && /\d/.test(text.slice(1)),
  }),
  form("azure", ["q~"], /[\w~.]{3}\dQ~[\w~.-]{31,40}/y, {
    before: { letters: /[\w~.]/, most: 4 },
    glued: true,
  }),
  form("azure", ["azfu"], /[\w-]{44}AzFu[\w-]{5,10}={0,2}/y, { before: { letters: /[\w-]/, most: 44 }, glued: true }),
  form("azure", ["+astb", "jqqj99"], /[\w+/]{20,76}(?:\+ASt[\w+/]{5,12}={0,2}|JQQJ99[\w+/]{40,60})/y, {
    before: { letters: /[\w+/]/, most: 76 },
    glued: true,
  }),
  form("azure", ["azse", "azca", "acdb", "acrc", "+acr", "+aeh", "+aiot", "+asb", "+aac", "aaac", "azeg"], azureKey, {
    before: { letters: /[\w+/]/, most: 44 },
    glued: true,
  }),
  form("firebase", [":apa91"], /[\w-]{11}:APA91[\w-]{60,}/y, { before: { letters: /[\w-]/, most: 11 }, glued: true }),
  form("salesforce", ["00d"], /00D[A-Za-z0-9]{9,15}![\w.]{60,}/y),
  form("digitalocean", ["dop_v1_", "doo_v1_", "dor_v1_"], /do[opr]_v1_[\da-f]{40,}/iy),
  form("fly", ["fo1_"], /fo1_[\w-]{30,}/y),
  form("fly", ["fm1a_", "fm1r_", "fm2_"], /fm(?:1[ar]|2)_[A-Za-z0-9+/=_,-]{40,}/y),
  form("heroku", ["hrku-"], /HRKU-[\w-]{30,}/y),
  form("render", ["rnd_"], /rnd_[A-Za-z0-9]{20,}/y),
  form("scalingo", ["tk-us-"], /tk-us-[\w-]{40,}/y),
  form("netlify", ["nfp_", "nfc_", "nfo_", "nfb_", "nfu_"], /nf[pcobu]_[A-Za-z0-9]{30,}/y),
  form(
    "vercel",
    ["vercel_", "vcp_", "vci_", "vca_", "vcr_", "vck_"],
    /(?:vercel_blob_rw_[\w-]{20,}|vc[piark]_[A-Za-z0-9]{24,})/y,
  ),
  form("cloudflare", ["v1.0-"], /v1\.0-[\da-f]{24}-[\da-f]{100,}/y),
  form("cloudflare", ["cfut_", "cfat_", "cfk_"], /cf(?:ut|at|k)_[\w-]{30,}/y),
  form("yandex", ["aqvn"], /AQVN[\w-]{33,}/y),
  form("yandex", ["t1."], /t1\.[\w=-]{6,}\.[\w-]{60,}={0,2}/y),
  form("yandex", ["ycaj", "yca", "ycp"], sticky(`YC[AP][\\w-]{35,40}(?![\\w-])`)),
  form("yandex", ["y0_", "y1_", "y2_", "y3_"], /y[0-3]_[\w-]{50,}/y),
  form("hetzner", ["hcloud_token"], /(hcloud_token["'\\]{0,4}\s{0,5}[:=]\s{0,5}["'\\]{0,4})([A-Za-z0-9]{64})/iy, {
    glued: true,
  }),
  form(
    "doppler",
    ["dp.pt.", "dp.st.", "dp.ct.", "dp.sa.", "dp.scim.", "dp.audit.", "dp.said."],
    /dp\.(?:pt|st|ct|sa|scim|audit|said)\.(?:[a-z\d_-]{2,35}\.)?[A-Za-z0-9]{30,}/y,
  ),
  form("vault", ["hvs.", "hvb.", "hvr."], /hv[sbr]\.[\w-]{20,}/y),
  form("vault", ["vault"], /(?<![\w.])s\.[A-Za-z0-9]{24}(?![A-Za-z0-9])/g),
  form("terraform", [".atlasv1."], /[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{50,}/y, {
    before: { letters: alphanumeric, most: 14 },
    glued: true,
  }),
  form("pulumi", ["pul-"], /pul-[\da-f]{40,}/y),
  form("infracost", ["ico-"], sticky(`ico-[A-Za-z0-9]{32}${end}`)),
  form("1password", ["ops_eyj"], /ops_eyJ[A-Za-z0-9+/_-]{50,}={0,3}/y),
  form(
    "1password",
    ["a3-"],
    sticky(`A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}${end}`),
  ),
  form("infisical", ["st."], sticky(`st\\.[\\da-f-]{24,36}\\.[\\da-f]{32}\\.[\\da-f]{32}${end}`)),
  form("openshift", ["sha256~"], /sha256~[\w-]{40,}/y),
  form("tailscale", ["tskey-"], /tskey-(?:[a-z]{2,10}-)?[A-Za-z0-9]{6,}-?[A-Za-z0-9]{10,}/y),
  form("defined-networking", ["dnkey-"], /dnkey-[\w=-]{26,}-[\w=-]{40,}/y),
  form("oracle", ["ocid1.credential."], /ocid1\.credential\.[\w.-]{30,}/y),
  form("linode", ["linode_token"], /(linode_token["'\\]{0,4}\s{0,5}[:=]\s{0,5}["'\\]{0,4})([\da-f]{64})/iy, {
    glued: true,
  }),
  form("zerossl", ["eab_hmac"], /(eab_hmac(?:_key)?["'\\]{0,4}\s{0,5}[:=]\s{0,5}["'\\]{0,4})([\w-]{40,})/iy, {
    glued: true,
  }),
  form(
    "ngrok",
    ["ngrok"],
    /(?<![A-Za-z0-9])(?:[12][A-Za-z0-9]{26}_[A-Za-z0-9]{17,25}|(?:ak|ed|cr)_[12][A-Za-z0-9]{26})(?![A-Za-z0-9])/g,
  ),
  form("proxmox", ["pveapitoken"], /(PVEAPIToken=[^\s=!]{1,80}![\w.-]{1,60}=)([\da-f-]{36})/iy),
];
