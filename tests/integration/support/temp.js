// Temporary directories that end with their test file.

import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const directories = [];
// Not with the test: what it has started may still write there while its hooks run.
process.on('exit', () => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
});

export function tempDirectory() {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'seneca-test-'));
  directories.push(directory);
  return directory;
}
