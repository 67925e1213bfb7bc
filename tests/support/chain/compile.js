// Prints the compiled contracts of the file named first, with the solc installed in the folder named second.
const solc = require(process.argv[3] + "/node_modules/solc");
const source = require("fs").readFileSync(process.argv[2], "utf8");
const output = JSON.parse(solc.compile(JSON.stringify({
  language: "Solidity",
  sources: { "contracts.sol": { content: source } },
  settings: {
    evmVersion: "paris",
    optimizer: { enabled: true, runs: 200 },
    outputSelection: { "*": { "*": ["abi", "evm.bytecode.object"] } },
  },
})));
const failures = (output.errors || []).filter((each) => each.severity === "error");
if (failures.length) { console.error(failures.map((each) => each.formattedMessage).join("\n")); process.exit(1); }
console.log(JSON.stringify(output.contracts["contracts.sol"]));
