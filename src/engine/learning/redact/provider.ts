import { tell } from "./assignment.ts";
import { type Finder, note } from "./finder.ts";
import { startsWord } from "./place.ts";
import { entropyBits } from "./shape.ts";

const providers =
  "adafruit adobe airtable algolia alibaba amplitude asana assemblyai atlassian auth0 azure baseten beamer binance bitbucket bitly bittrex bugsnag calendly clearbit cloudflare cloudinary codecov cohere coinbase confluence confluent contentful customerio datadog deepgram deepseek digitalocean discord droneci dropbox dynatrace etsy facebook fastly finicity finnhub flickr freshbooks freshdesk gitea gitter giphy gocardless grafana helpscout heroku hetzner honeybadger honeycomb hubspot infura influx intercom ipinfo jfrog jira jumpcloud kraken kucoin launchdarkly linkedin linode lastfm logdna loggly logzio mailchimp mailgun mailjet mapbox marketo mattermost meraki messagebird mistral mixpanel moralis netlify newrelic new_relic nytimes okta openweather opsgenie pagerduty papertrail paypal pipedrive plaid postmark pushover rapidapi reddit replicate rollbar salesforce sendbird sendinblue sentry serper shodan shopify sidekiq signalfx slack snowflake snyk sonar sourcegraph splunk spotify squarespace statuspage strava sumologic sumo_logic travis trello twilio twitch twitter typeform unsplash upstash vercel virustotal vonage vultr wandb weatherapi webflow wistia yandex youtube zendesk zoom".split(
    " ",
  );

const named = "(?:api|app|access|auth|secret|token|key|client|private|signing|license|account|sid|pat|bearer|oauth)";
const gap = String.raw`(?:[\w .-]{0,30}?${named}[\w .-]{0,20})`;
const sign = String.raw`\\{0,3}["'\`\])*]{0,3}\s{0,3}(?:=>|:=|=|:|,|>|\||\(|\bis\b|\bwas\b)\s{0,3}["'\`*\\«»“„‘「]{0,6}`;
const shape = String.raw`[\da-f]{20,128}|[A-Za-z0-9]{20,100}|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|[\w-]{24,100}={0,2}|[A-Za-z0-9+/]{30,120}={0,2}`;
const after = String.raw`(?![\w+/-])`;
const assigned = new RegExp(`([a-z0-9_]{3,20}${gap}?${sign})(${shape})${after}`, "iy");
const spoken = new RegExp(String.raw`([a-z0-9_]{3,20}[ _-]${gap}\s["'\`«»“„‘「(]?)(${shape})${after}`, "iy");

const calledKey = new RegExp(named, "i");

function isKey(secret: string): boolean {
  return (
    /\d/.test(secret) &&
    entropyBits(secret) >= 2.8 &&
    /[A-Za-z]/.test(secret) &&
    !/^[a-z]+(?:[-_][a-z\d]{1,12})+$/.test(secret)
  );
}

/** Keys without a form of their own, beside the name of who gave them out. */
export const providerFinder: Finder = {
  kinds: ["secret"],
  words: providers,
  find(reading, start, end) {
    const { text } = reading;
    const next = text.charCodeAt(end);
    if (!startsWord(text, start) || (next >= 97 && next <= 122)) return end;
    // A name in a sentence or an address is followed by none of these within its line.
    if (!/[:=>,|`"']| (?:is|was|key|token|secret|api)/i.test(text.slice(end, end + 56))) return end;
    for (const pattern of [assigned, spoken]) {
      pattern.lastIndex = start;
      const match = pattern.exec(text);
      const secret = match?.[2] ?? "";
      if (match === null || !isKey(secret)) continue;
      // A commit, a digest or an id beside a name is no key unless the text calls it one.
      const called = calledKey.test((match[1] ?? "").slice(end - start));
      if (
        !called &&
        /commit|sha|hash|digest|version|image|build|rev|id\b|ref|checksum|trace|span/i.test(match[1] ?? "")
      )
        continue;
      tell(reading, secret);
      return note(reading, start + (match[1] ?? "").length, start + match[0].length, "secret");
    }
    return end;
  },
};
