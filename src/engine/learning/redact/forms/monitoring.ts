import { type Form, form } from "../form.ts";

const end = "(?![A-Za-z0-9])";
const sticky = (source: string) => new RegExp(source, "y");

/** Metrics, logs, errors and analytics. */
export const monitoringForms: readonly Form[] = [
  form("grafana", ["glc_"], /glc_[A-Za-z0-9+/]{32,}={0,3}/y),
  form("grafana", ["glsa_"], /glsa_[A-Za-z0-9]{20,}(?:_[\da-fA-F]{8})?/y),
  form("grafana", ["eyjrijoi"], /eyJrIjoi[A-Za-z0-9+/_-]{30,}={0,3}/y),
  form(
    "newrelic",
    ["nrak-", "nrjs-", "nrii-", "nrra-", "nriq-", "nrsp-", "nrbr-"],
    /NR(?:AK|JS|II|RA|IQ|SP|BR)-[\w-]{16,}/y,
  ),
  form("newrelic", ["nral"], sticky(`(?:eu01xx)?[\\da-f]{32,36}(?:FFFF)?NRAL${end}`), {
    before: { letters: /[A-Za-z0-9]/, most: 40 },
  }),
  form("sentry", ["sntrys_", "sntryu_", "sntrya_", "sntryi_"], /sntry[suai]_[\w+/=-]{32,}/y),
  form(
    "dynatrace",
    ["dt0c01.", "dt0s16.", "dt0s01.", "dt0s02.", "dt0s03."],
    /dt0[cs]\d{2}\.[A-Za-z0-9-]{8,}\.[A-Za-z0-9]{40,}/y,
  ),
  form("honeycomb", ["hcaik_", "hcbik_", "hcxik_", "hcamk_", "hcxmk_"], /hc[abx][im]k_[A-Za-z0-9]{30,}/y),
  form("pagerduty", ["u+"], sticky(`u\\+[\\w+-]{18}(?![\\w+-])`)),
  form("elastic", ["essu_"], /essu_[A-Za-z0-9+/=]{40,}/y),
  form("axiom", ["xaat-", "xapt-"], /xa[ap]t-[\da-f-]{30,}/y),
  form("checkly", ["cu_"], sticky(`cu_[\\da-f]{32}${end}`)),
  form("posthog", ["phx_", "phs_", "pha_", "phc_"], /ph[xsac]_[A-Za-z0-9]{30,}/y),
  form("datadog", ["ddapp_", "ddpat_"], /dd(?:app|pat)_[A-Za-z0-9_]{30,}/y),
  form(
    "uptimerobot",
    ["uptimerobot", "uptime_robot", "uptime robot"],
    /(?<![A-Za-z0-9])(?:m\d{8,10}|ur?\d{5,10})-[\da-f]{24,32}(?![A-Za-z0-9])/g,
  ),
  form(
    "rollbar",
    ["rollbar"],
    /(rollbar[\w .-]{0,40}["'\\`]{0,4}\s{0,3}[:=]\s{0,3}["'\\`]{0,4})([\da-f]{32,128})(?![A-Za-z0-9])/gi,
  ),
  form("logfire", ["pylf_"], /pylf_v\d_[a-z]{2,}_[A-Za-z0-9]{30,}/y),
  form("splunk", ["splunk "], /(splunk )([\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12})/iy),
  form("maxmind", ["_mmk"], sticky(`[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk${end}`), {
    before: { letters: /\w/, most: 36 },
    glued: true,
  }),
  form("mapbox", ["sk.eyj", "pk.eyj", "tk.eyj"], /[spt]k\.eyJ[\w-]{20,}\.[\w-]{16,}/y),
  form("adobe", ["p8e-"], sticky(`p8e-[A-Za-z0-9_-]{32,}`)),
  form("hubspot", ["pat-na", "pat-eu", "pat-ap"], /pat-(?:na|eu|ap)\d-[\da-f]{8}-[\da-f-]{27}/y),
  form("okta", ["ssws "], /(SSWS )([\w-]{40,})/iy),
  form("okta", ["okta"], /(?<![\w-])00[\w-]{40}(?![\w-])/g, { check: (text) => /[A-Za-z]/.test(text) }),
  form(
    "authress",
    ["authress_", "scauth_", "sc_", "ext_"],
    /(?:authress|scauth|sc|ext)_[a-z\d]{5,30}\.[a-z\d]{4,6}\.acc[_-][a-z\d-]{10,32}\.[\w+/=-]{30,}/iy,
  ),
  form("arcjet", ["ajkey_"], /ajkey_[a-z\d]{20,}/y),
  form("unkey", ["unkey_"], /unkey_[A-Za-z0-9]{20,}/y),
  form("trigger", ["tr_dev_", "tr_prod_", "tr_stg_", "tr_pat_"], /tr_(?:dev|prod|stg|pat)_[A-Za-z0-9]{18,}/y),
  form("inngest", ["signkey-"], /signkey-(?:prod|test|branch|dev)-[\da-f]{30,}/y),
  form("retool", ["retool_"], /retool_[A-Za-z0-9]{26,}/y),
];
