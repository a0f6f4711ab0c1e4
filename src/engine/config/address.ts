import * as z from "zod";

/** What is accepted as the address of an HTTP server. */
export const acceptedAddress = "http(s) URL without a password, or null";

/** The address of an HTTP server, or null. Who is let in there is a secret, and secrets are in no setting. */
export function addressShape() {
  return z
    .url({ protocol: /^https?$/ })
    .refine((url) => !/^[^/]*\/\/[^/?#]*@/.test(url))
    .refine((url) => URL.canParse(url) && new URL(url).username === "" && new URL(url).password === "")
    .nullable();
}

/** The name or address of a server, or the directory of its socket; no URL, and nobody's name or password in it. */
export function hostShape() {
  return z
    .string()
    .min(1)
    .refine((host) => host.startsWith("/") || !/[@/]/.test(host));
}

/** A text in which nothing is left of what stands before the host of an address. */
export function maskAddress(text: string): string {
  return text.replace(/(["=](?:[a-z]{1,20}:\/\/)?).*@/gis, "$1[secret]@");
}
