// SPDX-License-Identifier: Apache-2.0
// usage: node gitlab_types.js FOLDER FILE...
//
// Holds each FILE, a Code Quality report, against the types that codeclimate-types has of an issue of
// the Code Climate specification, and wants what GitLab does not do without. The types and the
// compiler lie in FOLDER/node_modules (validators.py puts them there). Prints what is wrong; exits 1
// then.
"use strict";
const fs = require("fs");
const path = require("path");

const [folder, ...files] = process.argv.slice(2);
const modules = path.resolve(folder, "node_modules");
const ts = require(path.join(modules, "typescript"));

// JSON is an expression, in which the compiler finds properties that are of the wrong type, missing,
// or none of an issue's.
const program_of = (file) => `import type { Issue } from ${JSON.stringify(
    path.join(modules, "codeclimate-types/index.js"))};
type Needed = "description" | "check_name" | "fingerprint" | "severity" | "location";
export const report: (Issue & Required<Pick<Issue, Needed>>)[] =
${JSON.stringify(JSON.parse(fs.readFileSync(file)), null, 1)};
`;
const sources = new Map(files.map((file) => [`${path.resolve(file)}.ts`, program_of(file)]));

const options = {
    strict: true, noEmit: true, types: [], target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler,
};
const host = ts.createCompilerHost(options);
const { fileExists, readFile, getSourceFile } = host;
host.fileExists = (name) => sources.has(name) || fileExists(name);
host.readFile = (name) => sources.get(name) ?? readFile(name);
host.getSourceFile = (name, ...rest) => sources.has(name)
    ? ts.createSourceFile(name, sources.get(name), options.target, true)
    : getSourceFile(name, ...rest);

const wrong = ts.getPreEmitDiagnostics(ts.createProgram([...sources.keys()], options, host));
for (const { file, start, messageText } of wrong) {
    const line = file ? file.getLineAndCharacterOfPosition(start).line - 2 : 0;
    console.log(`${file?.fileName}: ${line}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`);
}
process.exit(wrong.length ? 1 : 0);
