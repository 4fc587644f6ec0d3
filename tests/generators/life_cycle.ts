// A day by a client that openapi-typescript made: submitted, waited for, read, published, acknowledged.
// Run with the address of a server, its key and a file with a branch; prints what it saw as JSON.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";

import createClient from "openapi-fetch";

import type { components, paths } from "./schema.d.ts";

type Schemas = components["schemas"];

const [url, key, file] = process.argv.slice(2) as [string, string, string];
const branch = JSON.parse(readFileSync(file, "utf8")) as Schemas["Branch"];
const client = createClient<paths>({ baseUrl: url, headers: { Authorization: `Bearer ${key}` } });

const submitted = await client.POST("/v1/plans", { body: branch, params: { query: { iterations: 50 } } });
assert.equal(submitted.response.status, 202);
const id = (submitted.data as Schemas["Job"]).id;
const path = { job_id: id };

let job: Schemas["JobWithPlan"] | undefined;
do {
  await setTimeout(200);
  job = (await client.GET("/v1/plans/{job_id}", { params: { path } })).data;
} while (job?.status === "queued" || job?.status === "solving");
assert(job?.plan);
const status: Schemas["Status"] = job.status;
assert.equal(status, "solved");
const stops = job.plan.routes.flatMap((route) => route.stops);
for (const stop of stops) assert(Date.parse(stop.start) < Date.parse(stop.end));

const events = await client.GET("/v1/plans/{job_id}/events", { params: { path }, parseAs: "text" });
assert.match(String(events.data), /event: status/);
const workbook = await client.GET("/v1/plans/{job_id}/route-sheets.xlsx", { params: { path }, parseAs: "arrayBuffer" });
assert.equal(new TextDecoder().decode((workbook.data as ArrayBuffer).slice(0, 2)), "PK");
const verdict = await client.POST("/v1/plans/judge", { body: { routes: { T1: ["O1"] }, problem: branch } });

const publish = (etag: string) =>
  client.POST("/v1/plans/{job_id}/publish", { params: { path, query: { etag } } });
const refused = await publish("0".repeat(32));
const published = await publish(job.etag);
let state: Schemas["State"] | null | undefined;
for (const technician_id of published.data?.unacknowledged ?? []) {
  const done = await client.POST("/v1/plans/{job_id}/acknowledgements", { params: { path }, body: { technician_id } });
  state = done.data?.state;
}
console.log(
  JSON.stringify({
    refused: refused.error?.code,
    served: stops.length,
    clean: verdict.data?.clean,
    published: published.data?.state,
    state,
  }),
);
