// SPDX-License-Identifier: Apache-2.0
// usage: node sarif_schema.js FOLDER FILE...
//
// Holds each FILE against the published schema of SARIF 2.1.0, which lies with its validator in
// FOLDER/node_modules (validators.py puts them there). Prints what is wrong; exits 1 then.
"use strict";
const fs = require("fs");
const path = require("path");

const [folder, ...files] = process.argv.slice(2);
const modules = path.join(folder, "node_modules");
const Ajv = require(path.join(modules, "ajv"));
const read = (file) => JSON.parse(fs.readFileSync(file));

const ajv = new Ajv({ allErrors: true, schemaId: "id", meta: false });
const meta = read(path.join(modules, "ajv/lib/refs/json-schema-draft-04.json"));
ajv.addMetaSchema(meta);
ajv._opts.defaultMeta = meta.id;
const check = ajv.compile(
    read(path.join(modules, "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json")));

let wrong = 0;
for (const file of files) {
    if (check(read(file)))
        continue;
    wrong = 1;
    for (const error of check.errors)
        console.log(`${file}: ${error.dataPath}: ${error.message}`);
}
process.exit(wrong);
