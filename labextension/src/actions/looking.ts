import { isRunId } from '../model/arguments';

/** Whether a person has a run in view: its tab, its card or its row, in a page that is in front. */
export async function isLookedAt(run: string): Promise<boolean> {
  if (document.hidden || !isRunId(run)) {
    return false;
  }
  const shown = [...document.querySelectorAll(`[data-run="${run}"]`)].filter(isDrawn);
  return shown.length > 0 && (await isInView(shown));
}

/** Whether it has a size: what is in a hidden tab has none. */
function isDrawn(element: Element): boolean {
  const { width, height } = element.getBoundingClientRect();
  return width > 0 && height > 0;
}

/** Whether one of them is in the visible part of everything that it is scrolled in. */
function isInView(elements: readonly Element[]): Promise<boolean> {
  return new Promise(resolve => {
    const observer = new IntersectionObserver(entries => {
      observer.disconnect();
      resolve(entries.some(entry => entry.isIntersecting));
    });
    elements.forEach(element => {
      observer.observe(element);
    });
  });
}
