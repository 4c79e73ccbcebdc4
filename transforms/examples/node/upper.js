#!/usr/bin/env node
// Records `id,text` in, lines `id,TEXT` out. Each record is its length (8 bytes, little-endian) and its bytes.
const { once } = require('events');

async function main() {
  let rest = Buffer.alloc(0);
  for await (const chunk of process.stdin) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    let lines = '';
    while (rest.length - at >= 8) {
      const length = Number(rest.readBigUInt64LE(at));
      if (rest.length - at - 8 < length) {
        break;
      }
      lines += rest.toString('utf8', at + 8, at + 8 + length).toUpperCase() + '\n';
      at += 8 + length;
    }
    rest = rest.subarray(at);
    if (lines !== '' && !process.stdout.write(lines)) {
      await once(process.stdout, 'drain');
    }
  }
  if (rest.length > 0) {
    throw new Error('the input ends inside of a record');
  }
}

main().catch((error) => {
  console.error(error.stack);
  process.exitCode = 1;
});
