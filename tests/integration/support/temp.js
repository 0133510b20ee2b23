// Temporary directories that end with their test.

import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export function tempDirectory(t) {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'seneca-test-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
