import { LookedAt } from '../../src/model/lookedAt';

type Answer = { resolve: () => void; reject: (error: Error) => void; signal: AbortSignal };

class Asked extends LookedAt {
  constructor() {
    super(0);
  }

  readonly answers: Answer[] = [];

  override look(looks: boolean): void {
    super.look(looks);
  }

  protected read(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => this.answers.push({ resolve, reject, signal }));
  }
}

async function settle(): Promise<void> {
  await Promise.resolve();
  await Promise.resolve();
  await Promise.resolve();
}

describe('LookedAt', () => {
  it('asks while somebody looks, and not before or after', async () => {
    const asked = new Asked();
    asked.poke();
    expect(asked.answers).toHaveLength(0);
    asked.look(true);
    asked.look(true);
    expect(asked.answers).toHaveLength(1);
    asked.look(false);
    expect(asked.answers[0]?.signal.aborted).toBe(true);
    asked.poke();
    await settle();
    expect(asked.answers).toHaveLength(1);
  });

  it('keeps the error until an answer comes, but not that of a question which was taken back', async () => {
    const asked = new Asked();
    const told = jest.fn();
    asked.changed.connect(told);
    asked.look(true);
    asked.answers[0]?.reject(new Error('away'));
    await settle();
    expect(asked.error?.message).toBe('away');
    asked.poke();
    asked.answers[1]?.resolve();
    await settle();
    expect(asked.error).toBeNull();
    expect(told).toHaveBeenCalledTimes(2);
    asked.poke();
    asked.look(false);
    asked.answers[2]?.reject(new Error('aborted'));
    await settle();
    expect(asked.error).toBeNull();
    expect(told).toHaveBeenCalledTimes(2);
  });

  it('is over once it is disposed', () => {
    const asked = new Asked();
    asked.look(true);
    asked.dispose();
    expect(asked.isDisposed).toBe(true);
    expect(asked.answers[0]?.signal.aborted).toBe(true);
    asked.look(false);
    asked.look(true);
    expect(asked.answers).toHaveLength(1);
  });
});
