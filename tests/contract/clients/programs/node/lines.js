// A call a line in, an answer a line out, in their order. Shapes stand in support/clients.py.
const readline = require("readline");

module.exports = async function serve(answer) {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(JSON.stringify(await answer(JSON.parse(line))) + "\n");
  }
};

module.exports.present = (values) => Object.fromEntries(Object.entries(values).filter(([, value]) => value));
