import { type Form, form } from "../form.ts";

const end = "(?![A-Za-z0-9])";
const sticky = (source: string) => new RegExp(source, "y");

/** Package and image registries. */
export const registryForms: readonly Form[] = [
  form("npm", ["npm_"], /npm_[A-Za-z0-9]{30,}/y),
  form("pypi", ["pypi-"], /pypi-[\w-]{30,}/y, { check: (text) => /\d/.test(text) && /[A-Z]/.test(text) }),
  form("rubygems", ["rubygems_"], /rubygems_[\da-f]{40,}/y),
  form("crates", ["cio"], sticky(`cio[A-Za-z0-9]{32}${end}`), { check: (text) => /\d/.test(text) }),
  form("docker", ["dckr_pat_", "dckr_oat_"], /dckr_[po]at_[\w-]{20,}/y),
  form("clojars", ["clojars_"], /CLOJARS_[A-Za-z0-9]{50,}/iy),
  form("nuget", ["oy2"], sticky(`oy2[a-z\\d]{43}${end}`)),
  form("artifactory", ["akcp"], sticky("AKCp[A-Za-z0-9]{60,}")),
  form("artifactory", ["cmvm"], sticky("cmVm[dt][A-Za-z0-9]{50,}")),
  form("packagist", ["packagist_"], /packagist_[ou][ur][dt]_[\da-f]{60,}/y),
  form("hex", ["hex_api_key"], /(hex_api_key["'\\]{0,4}\s{0,5}[:=]\s{0,5}["'\\]{0,4})([\da-f]{32})/iy),
  form(
    "sidekiq",
    ["contribsys"],
    /(contribsys__com["'\\]{0,4}\s{0,5}[:=]\s{0,5}["'\\]{0,4})([\da-f]{8}:[\da-f]{8})/giy,
  ),
  form(
    "nuget",
    ['key="cleartextpassword"', 'key="password"'],
    /(<add\s{1,5}key="(?:ClearText)?Password"\s{1,5}value=")([^"%\s][^"]{3,200})(?=")/gi,
  ),
  form("anaconda", ["/t/"], /(\/t\/)([a-z]{2}-[\da-f]{8}-[\da-f-]{27,40})/iy, { glued: true }),
];
