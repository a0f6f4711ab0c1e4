import { type Form, form } from "../form.ts";

const end = "(?![A-Za-z0-9])";
const sticky = (source: string) => new RegExp(source, "y");

/** Payments, shops, banks, parcels and exchanges. */
export const paymentForms: readonly Form[] = [
  form(
    "stripe",
    ["sk_live", "sk_test", "sk_prod", "sk_org", "rk_live", "rk_test", "rk_prod"],
    /[sr]k_(?:live|test|prod|org(?:_live|_test)?)_[A-Za-z0-9]{10,}/y,
  ),
  form("stripe", ["whsec_"], /whsec_[A-Za-z0-9+/=]{16,}/y),
  form("stripe", ["sk_", "rk_"], /[sr]k_(?=\w{0,60}\d)[A-Za-z0-9]{20,}/y),
  form("square", ["sq0"], /sq0(?:atp|csp|idp)-[\w-]{20,}/y),
  form("square", ["eaaa"], sticky("EAAA[\\w-]{56,64}(?![\\w-])")),
  form("paypal", ["access_token$"], /access_token\$(?:production|sandbox)\$[a-z\d]{10,}\$[\da-f]{32}/y),
  form(
    "plaid",
    ["access-", "public-"],
    /(?:access|public)-(?:sandbox|development|production)-[\da-f]{8}-[\da-f-]{27}/y,
  ),
  form(
    "shopify",
    ["shpat_", "shpca_", "shppa_", "shpss_", "shptka_", "shpua_"],
    /shp(?:at|ca|pa|ss|tka|ua)_[\da-fA-F]{32,}/y,
  ),
  form("flutterwave", ["flwseck", "flwpubk"], /FLW(?:SEC|PUB)K(?:_TEST|_LIVE)?-[A-Za-z0-9]{12,}(?:-X)?/y),
  form("razorpay", ["rzp_"], /rzp_(?:live|test)_[A-Za-z0-9]{14,}/y),
  form("adyen", ["aqe"], /AQE[a-z][A-Za-z0-9+/=-]{60,}/y),
  form("gocardless", ["live_", "sandbox_"], sticky(`(?:live|sandbox)_[\\w=-]{40}(?![\\w-])`), {
    check: (text) => /\d/.test(text) && /[A-Z]/.test(text) && /[a-z]{1,}/.test(text.slice(8)),
  }),
  form("lob", ["live_", "test_"], sticky(`(?:live|test)_(?:pub_)?[\\da-f]{31,35}${end}`)),
  form("mollie", ["live_", "test_"], sticky(`(?:live|test)_[A-Za-z0-9]{30,35}${end}`), {
    check: (text) => /\d/.test(text) && /[A-Z]/.test(text),
  }),
  form("mollie", ["access_"], sticky(`access_[A-Za-z0-9]{30,48}${end}`), {
    check: (text) => /\d/.test(text) && /[A-Z]/.test(text),
  }),
  form("chargebee", ["live_", "test_"], sticky(`(?:live|test)_[A-Za-z0-9]{24,60}${end}`), {
    check: (text) => /\d/.test(text) && /[A-Z]/.test(text),
  }),
  form("duffel", ["duffel_"], /duffel_(?:test|live)_[\w=-]{30,}/y),
  form("easypost", ["ezak", "eztk"], /EZ[AT]K[A-Za-z0-9]{40,}/y),
  form("shippo", ["shippo_"], /shippo_(?:live|test)_[\da-fA-F]{32,}/y),
  form("paddle", ["pdl_"], /pdl_(?:live|sdbx|test)_[\w]{20,}/y),
  form("xendit", ["xnd_"], /xnd_(?:production|development)_[A-Za-z0-9]{30,}/y),
  form("braintree", ["$production$", "$sandbox$"], /\$(?:production|sandbox)\$[a-z\d]{16}\$[\da-f]{32}/y, {
    glued: true,
  }),
  form("checkout", ["sk_sbox_"], /sk_sbox_[a-z\d]{20,}/y),
  form(
    "afterpay",
    ["afterpay_secret"],
    /(afterpay_secret(?:_key)?["'\\]{0,4}\s{0,5}[:=]\s{0,5}["'\\]{0,4})([\w-]{20,})/iy,
  ),
  form("coinbase", ["organizations/"], /(organizations\/)([\da-f-]{36}\/apiKeys\/[\da-f-]{36})/iy),
  form("extended-key", ["xprv", "yprv", "zprv", "tprv"], /[xyzt]prv[1-9A-HJ-NP-Za-km-z]{100,}/y),
];
