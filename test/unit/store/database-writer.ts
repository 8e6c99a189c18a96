/** Another engine on a store, for tests: opens it, writes, churns, or fills the disk and is killed. */
import { SqliteMetadata } from '../../../src/store/index.ts';

const [path = '', what = '', name = '', count = '0'] = process.argv.slice(2);

switch (what) {
  case 'open': {
    const store = await SqliteMetadata.open(path);
    store.read((reader) => reader.containers());
    store.close();
    process.stdout.write('opened\n');
    break;
  }
  case 'write': {
    const store = await SqliteMetadata.open(path);
    for (let number = 0; ; number++) {
      await store.write((writer) => {
        writer.setSetting(`${name} ${number}`, 'first half');
        writer.setSetting(`${name} ${number}`, 'second half');
      });
      process.stdout.write(`${name} ${number}\n`);
    }
  }
  case 'churn': {
    for (let number = 0; number < Number(count); number++) {
      const store = await SqliteMetadata.open(path);
      await store.write((writer) => { writer.setSetting(`${name} ${number}`, 'x'); });
      store.close();
    }
    break;
  }
  case 'fill': {
    const store = await SqliteMetadata.open(path);
    try {
      for (let number = 0; ; number++) await store.write((writer) => { writer.setSetting(String(number), 'x'.repeat(20_000)); });
    } catch {
      process.kill(process.pid, 'SIGKILL');
    }
    break;
  }
  default: throw new Error(`unknown: ${what}`);
}
