// SPDX-License-Identifier: Apache-2.0
// usage: node powershell_parse.js FOLDER FILE...
//
// Parses each FILE by tree-sitter's grammar of PowerShell, which lies in FOLDER/node_modules
// (validators.py puts it there). Prints where one is none of PowerShell's.
"use strict";
const fs = require("fs");
const path = require("path");

// The optimizing compiler would take half a minute over one function of the grammar.
require("v8").setFlagsFromString("--liftoff-only");

const [folder, ...files] = process.argv.slice(2);
const modules = path.join(folder, "node_modules");
const { Parser, Language } = require(require.resolve("web-tree-sitter", { paths: [modules] }));

function tell(file, node) {
    if (node.isError || node.isMissing) {
        const at = node.startPosition;
        const text = node.text.slice(0, 60);
        console.log(`${file}:${at.row + 1}:${at.column + 1}: ${node.type}: ${text}`);
    }
    node.children.forEach((child) => tell(file, child));
}

async function main() {
    await Parser.init();
    const parser = new Parser();
    parser.setLanguage(await Language.load(
        path.join(modules, "tree-sitter-powershell", "tree-sitter-powershell.wasm")));
    for (const file of files) {
        const root = parser.parse(fs.readFileSync(file, "utf8")).rootNode;
        if (root.hasError) tell(file, root);
    }
}

main();
