// Report a dark street lamp and follow what becomes of it, with types made from the OpenAPI document:
//
//   make client                                   writes var/client/commonway.d.ts
//   cp docs/examples/follow.ts var/client/         beside it, for any TypeScript project
//
// Nothing but fetch is needed.
import type { components, paths } from "./commonway";

type NewReport = components["schemas"]["NewReportRequest"];
type Submitted = components["schemas"]["Submitted"];
type Line = components["schemas"]["Event"];
type Problem = components["schemas"]["Problem"];
type TimelineQuery = NonNullable<paths["/api/v1/reports/{code}/timeline/"]["get"]["parameters"]["query"]>;

const CITY = "http://localhost:8000";

/** The answer as `T`; a problem is thrown with what it says. */
async function ask<T>(path: string, init: RequestInit = {}): Promise<T> {
  const headers = new Headers(init.headers);
  headers.set("Accept-Language", "en");
  if (init.body) headers.set("Content-Type", "application/json");
  const answer = await fetch(CITY + path, { ...init, headers });
  if (answer.ok) return (await answer.json()) as T;
  const problem = (await answer.json()) as Problem;
  const faults = problem.errors?.map((fault) => `${fault.pointer ?? fault.name}: ${fault.detail}`) ?? [];
  throw new Error([problem.title, problem.detail, ...faults].filter(Boolean).join("\n"));
}

/** Send a report; the same key again, after a lost answer, files it once. */
function submit(report: NewReport, key: string): Promise<Submitted> {
  const headers = { "Idempotency-Key": key };
  return ask<Submitted>("/api/v1/reports/", { method: "POST", headers, body: JSON.stringify(report) });
}

/** The lines of the timeline after the last one that is known. */
function newer(code: string, secret: string, query: TimelineQuery): Promise<Line[]> {
  const headers = { Authorization: `Receipt ${code}:${secret}` };
  return ask<Line[]>(`/api/v1/reports/${code}/timeline/?after=${query.after ?? 0}`, { headers });
}

export async function main(): Promise<void> {
  const { receipt, report } = await submit(
    {
      kind: "problem",
      category: "street_light",
      text: "The lamp at the bus stop is dark.",
      latitude: 38.0405,
      longitude: 114.5312,
      language: "en",
    },
    crypto.randomUUID(),
  );
  console.log(`${receipt.reference} is with ${report.responsible?.name ?? "the desk"}.`);
  let after = 0;
  for (let look = 0; look < 5; look++) {
    for (const line of await newer(receipt.code, receipt.secret, { after })) {
      console.log(line.at, line.title, line.text ?? "");
      after = Math.max(after, line.seq ?? 0);
    }
    await new Promise((wait) => setTimeout(wait, 2000));
  }
}
