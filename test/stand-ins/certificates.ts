import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A certificate for 127.0.0.1 with its key, both as PEM text, and the file of the authority that signed it. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
  readonly authorityFile: string;
}

/** Makes an authority and a certificate signed by it that is good for so many days; a negative number has expired. */
export function makeCertificate(directory: string, days: number): Certificate {
  const file = (name: string) => join(directory, name);
  const run = (...args: string[]) => execFileSync("openssl", args, { stdio: ["ignore", "ignore", "pipe"] });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const authority = ["-keyout", file("authority.key"), "-out", file("authority.pem")];
  run("req", "-x509", ...key, ...authority, "-subj", "/CN=authority of a test", "-days", "30");
  const request = ["-keyout", file("server.key"), "-out", file("server.csr"), "-addext", "subjectAltName=IP:127.0.0.1"];
  run("req", ...key, ...request, "-subj", "/CN=server of a test");
  const signed = ["-CA", file("authority.pem"), "-CAkey", file("authority.key"), "-CAcreateserial"];
  const output = ["-days", String(days), "-copy_extensions", "copy", "-out", file("server.pem")];
  run("x509", "-req", "-in", file("server.csr"), ...signed, ...output);
  return {
    cert: readFileSync(file("server.pem"), "utf8"),
    key: readFileSync(file("server.key"), "utf8"),
    authorityFile: file("authority.pem"),
  };
}
