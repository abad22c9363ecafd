// SPDX-License-Identifier: Apache-2.0
// usage: node junit_read.mjs FOLDER FILE...
//
// Reads each FILE as junit2json does, which lies in FOLDER/node_modules, and prints what it has
// found, a line of JSON each: [NAME, TESTS, FAILURES, ERRORS] of each suite, as told and as counted.
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [folder, ...files] = process.argv.slice(2);
const entry = path.join(folder, "node_modules/junit2json/dist/esm/index.js");
const { parse } = await import(pathToFileURL(path.resolve(entry)));

for (const file of files) {
    const { testsuite = [] } = await parse(fs.readFileSync(file, "utf-8"));
    const suites = testsuite.map(({ name, tests, failures, errors, testcase = [] }) => {
        const count = (what) => testcase.reduce((sum, one) => sum + (one[what] ?? []).length, 0);
        return [name, [tests, failures, errors],
            [testcase.length, count("failure"), count("error")]];
    });
    console.log(JSON.stringify(suites));
}
