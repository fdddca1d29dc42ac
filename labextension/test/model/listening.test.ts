import type { ChangeRow, ChangesAnswer } from '../../src/api/client';
import { ApiError, ServerMissingError, ShapeError } from '../../src/api/errors';
import { Listening } from '../../src/model/listening';
import { changeOf, runRow } from '../builders';
import { FakeRunClient, FakeRunEvents } from '../fakes';

/** A server that numbers what happens, and pushes it while the connection holds. */
class Journal {
  constructor(readonly events: FakeRunEvents) {}

  happen(number: number): void {
    this.sequence += 1;
    const change = changeOf(runRow(number));
    this.told.set(this.sequence, change);
    if (this.connected) {
      this.events.push(this.sequence, [change]);
    }
  }

  since(number: number): ChangesAnswer {
    const changes = number === 0 ? [] : [...this.told].filter(([key]) => key > number);
    return {
      sequence: this.sequence,
      changes: changes.map(([, change]) => change),
      resync: false,
      lease: 60
    };
  }

  connected = true;
  sequence = 1000;
  private readonly told = new Map<number, ChangeRow>();
}

let client: FakeRunClient;
let journal: Journal;
let heard: string[];
let firsts: boolean[];
let listening: Listening;

beforeEach(() => {
  jest.useFakeTimers();
  client = new FakeRunClient();
  journal = new Journal(new FakeRunEvents());
  client.changesSince = since => journal.since(since);
  heard = [];
  firsts = [];
  listening = new Listening(client, journal.events, (answer, isFirst) => {
    heard.push(...answer.changes.map(change => change.run));
    firsts.push(isFirst);
  });
});

afterEach(() => {
  listening.dispose();
  jest.useRealTimers();
  setHidden(false);
});

function setHidden(hidden: boolean): void {
  Object.defineProperty(document, 'hidden', { configurable: true, value: hidden });
  const state = hidden ? 'hidden' : 'visible';
  Object.defineProperty(document, 'visibilityState', { configurable: true, value: state });
  document.dispatchEvent(new Event('visibilitychange'));
}

const asked = (): unknown[] => client.asked('changes').map(([since]) => since);
const pass = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);
const ids = (...numbers: number[]): string[] => numbers.map(number => runRow(number).id);

describe('Listening', () => {
  it('asks nothing before anybody holds it', async () => {
    journal.happen(1);
    await pass(100_000);
    expect(asked()).toEqual([]);
    expect(listening.connection).toBe('connecting');
  });

  it('begins with 0 and goes on from the number of the answer', async () => {
    listening.hold();
    await pass(10);
    expect(asked()).toEqual([0]);
    expect(listening.connection).toBe('live');
    journal.happen(1);
    await pass(10);
    expect(asked()).toEqual([0, 1000]);
    expect(heard).toEqual(ids(1));
    expect(firsts).toEqual([true, false]);
  });

  it('tells nothing twice and leaves nothing out, whatever the bus does', async () => {
    listening.hold();
    await pass(10);
    journal.happen(1);
    await pass(10);
    journal.connected = false;
    journal.happen(2);
    journal.happen(3);
    journal.connected = true;
    journal.happen(4);
    await pass(10);
    journal.events.push(1002, [changeOf(runRow(2))]);
    await pass(10);
    expect(heard).toEqual(ids(1, 2, 3, 4));
    expect(asked()).toEqual([0, 1000, 1001]);
  });

  it('asks once more for an event that came while the answer was on its way', async () => {
    listening.hold();
    await pass(10);
    const release = client.hold('changes');
    journal.happen(1);
    await pass(10);
    journal.happen(2);
    journal.happen(3);
    release();
    await pass(10);
    expect(heard).toEqual(ids(1, 2, 3));
    expect(asked()).toEqual([0, 1000, 1001]);
  });

  it('asks for many events at once', async () => {
    listening.hold();
    await pass(10);
    for (let number = 1; number <= 50; number += 1) {
      journal.happen(number);
    }
    await pass(10);
    expect(asked()).toEqual([0, 1000]);
    expect(heard).toHaveLength(50);
  });

  it('is not led astray by an event that somebody else wrote', async () => {
    listening.hold();
    await pass(10);
    const release = client.hold('changes');
    journal.happen(1);
    await pass(10);
    journal.events.push(Number.MAX_SAFE_INTEGER, [changeOf(runRow(666))]);
    release();
    await pass(10);
    expect(asked()).toEqual([0, 1000, 1001]);
    journal.happen(2);
    await pass(10);
    expect(heard).toEqual(ids(1, 2));
  });

  it('hears soon what was told before the bus was open, and renews every half minute', async () => {
    listening.hold();
    await pass(10);
    journal.connected = false;
    journal.happen(1);
    await pass(2_000);
    expect(heard).toEqual(ids(1));
    await pass(90_000);
    expect(asked()).toEqual([0, 1000, 1001, 1001, 1001]);
  });

  it('says that the server is away, tries again, and makes up for it', async () => {
    const states: string[] = [];
    listening.changed.connect((_, state) => states.push(state));
    listening.hold();
    await pass(10);
    client.fail('changes', new ServerMissingError('unreachable', 'no route'));
    journal.happen(1);
    await pass(10);
    expect(listening.error?.message).toBe('no route');
    await pass(300_000);
    const tries = asked().length;
    expect(tries).toBeGreaterThan(8);
    expect(tries).toBeLessThan(100);
    client.mend('changes');
    await pass(31_000);
    expect(heard).toEqual(ids(1));
    expect(states).toEqual(['live', 'unreachable', 'live']);
    expect(listening.error).toBeNull();
  });

  it.each([
    [new ServerMissingError('extension', '404'), 'missing'],
    [new ShapeError('ChangesAnswer', '/sequence'), 'missing'],
    [new ApiError(503, 'StoreError', 'busy', ''), 'unreachable']
  ])('%s: it is %s', async (error, state) => {
    client.fail('changes', error);
    listening.hold();
    await pass(10);
    expect(listening.connection).toBe(state);
  });

  it('asks nothing while the tab is hidden, and at once when it is back', async () => {
    listening.hold();
    await pass(10);
    setHidden(true);
    journal.happen(1);
    await pass(600_000);
    expect(asked()).toEqual([0]);
    setHidden(false);
    await pass(10);
    expect(heard).toEqual(ids(1));
  });

  it('asks nothing when nobody holds it any more, and goes on where it was', async () => {
    const one = listening.hold();
    const other = listening.hold();
    await pass(10);
    one.dispose();
    one.dispose();
    journal.happen(1);
    await pass(10);
    other.dispose();
    journal.happen(2);
    await pass(600_000);
    expect(asked()).toEqual([0, 1000]);
    listening.hold();
    await pass(10);
    expect(heard).toEqual(ids(1, 2));
  });

  it('is silent once it is disposed', async () => {
    listening.hold();
    const release = client.hold('changes');
    await pass(10);
    listening.dispose();
    release();
    await pass(100_000);
    expect(firsts).toEqual([]);
    expect(journal.events.isDisposed).toBe(true);
  });
});
