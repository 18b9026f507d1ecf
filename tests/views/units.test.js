import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { seconds } from "../../pool_lab/lab/views/shared/units.js";

const CASES = JSON.parse(readFileSync(new URL("./seconds.json", import.meta.url), "utf8"));

for (const [value, words] of CASES) test(`${value} is ${words}`, () => assert.equal(seconds(value), words));

test("what is not known yet is nothing", () => assert.equal(seconds(undefined), "0 s"));
