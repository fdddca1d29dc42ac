import { fireEvent, render, screen } from '@testing-library/react';
import * as React from 'react';

import { LogView, type LogViewProps } from '../../src/components/LogView';
import { findMatches } from '../../src/model/logSearch';
import { screenLines } from '../../src/model/screen';

const LINES = screenLines(Array.from({ length: 5000 }, (_, n) => `line ${n}`).join('\n'));

function props(changes: Partial<LogViewProps> = {}): LogViewProps {
  return {
    lines: LINES,
    first: 100,
    follow: false,
    earlier: false,
    later: false,
    wrap: true,
    matches: [],
    current: null,
    query: '',
    tooMany: false,
    ready: true,
    live: true,
    error: null,
    logUrl: '/api/log',
    fileName: 'run-task3.txt',
    onFollow: jest.fn(),
    onEarlier: jest.fn(),
    onLater: jest.fn(),
    onQuery: jest.fn(),
    onStep: jest.fn(),
    onWrap: jest.fn(),
    onCopy: jest.fn(),
    onRetry: jest.fn(),
    ...changes
  };
}

beforeEach(() => {
  jest.spyOn(Element.prototype, 'clientHeight', 'get').mockReturnValue(400);
  jest.spyOn(Element.prototype, 'clientWidth', 'get').mockReturnValue(300);
});

afterEach(() => {
  jest.restoreAllMocks();
});

describe('LogView', () => {
  it('has only the lines in the page that can be seen', () => {
    const { container } = render(<LogView {...props()} />);
    const shown = container.querySelectorAll('.cb-Log-line');
    expect(shown.length).toBeGreaterThan(0);
    expect(shown.length).toBeLessThan(100);
    expect(shown[0]?.textContent).toBe('line 0\n');
  });

  it('follows the end when told so', () => {
    jest.spyOn(Element.prototype, 'scrollHeight', 'get').mockReturnValue(85_000);
    const { container } = render(<LogView {...props({ follow: true })} />);
    expect(container.querySelector('.cb-Log-scroller')?.scrollTop).toBe(85_000);
  });

  it('asks for what is before and behind, and says where there is more', () => {
    const given = props({ earlier: true, later: true });
    render(<LogView {...given} />);
    fireEvent.click(screen.getByRole('button', { name: 'Show earlier output' }));
    expect(given.onEarlier).toHaveBeenCalled();
    fireEvent.click(screen.getByRole('button', { name: 'To the newest output' }));
    expect(given.onFollow).toHaveBeenCalledWith(true);
  });

  it('stops following when somebody scrolls up, and begins again at the end', () => {
    const given = props({ follow: true });
    const { container } = render(<LogView {...given} />);
    const log = container.querySelector('.cb-Log-scroller');
    if (log === null) {
      throw new Error('no log');
    }
    jest.spyOn(log, 'scrollHeight', 'get').mockReturnValue(85_000);
    jest.spyOn(log, 'clientHeight', 'get').mockReturnValue(400);
    log.scrollTop = 84_600;
    fireEvent.scroll(log);
    expect(given.onFollow).toHaveBeenLastCalledWith(true);
    log.scrollTop = 40_000;
    fireEvent.scroll(log);
    expect(given.onFollow).toHaveBeenLastCalledWith(false);
  });

  it('says how many places were found, and goes from one to the next', () => {
    const matches = findMatches(LINES, 100, 'line 49');
    const given = props({ query: 'line 49', matches, current: matches[2] ?? null });
    render(<LogView {...given} />);
    expect(screen.getByText('3/111')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Next match' }));
    expect(given.onStep).toHaveBeenCalledWith(1);
    fireEvent.keyDown(screen.getByRole('searchbox'), { key: 'Enter', shiftKey: true });
    expect(given.onStep).toHaveBeenLastCalledWith(-1);
    fireEvent.keyDown(screen.getByRole('searchbox'), { key: 'Escape' });
    expect(given.onQuery).toHaveBeenCalledWith('');
  });

  it('is downloaded from the server, under a name of its own', () => {
    render(<LogView {...props()} />);
    const link = screen.getByRole('link', { name: 'Download' });
    expect(link.getAttribute('href')).toBe('/api/log');
    expect(link.getAttribute('download')).toBe('run-task3.txt');
  });

  it('says that there is nothing, and what is wrong', () => {
    const given = props({ lines: [], error: new Error('the server is away') });
    const { rerender } = render(<LogView {...given} />);
    expect(screen.getByText('Nothing has been printed yet.')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(given.onRetry).toHaveBeenCalled();
    rerender(<LogView {...props({ lines: [], live: false })} />);
    expect(screen.getByText('Nothing was printed.')).toBeTruthy();
  });
});
