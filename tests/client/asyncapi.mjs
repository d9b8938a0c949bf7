// Judges the AsyncAPI document on standard input by the official parser; one line for each fault.
// Advice, such as that there is a newer version of AsyncAPI than 3.0, is none.
import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";

const diagnostics = await new Parser().validate(readFileSync(0, "utf8"));
const WARNING = 1;
for (const fault of diagnostics.filter((found) => found.severity <= WARNING)) {
  console.log(`${fault.severity} ${fault.code} ${fault.path.join(".")}: ${fault.message}`);
}
