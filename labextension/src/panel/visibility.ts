import { DisposableDelegate, type IDisposable } from '@lumino/disposable';

type Told = (isVisible: boolean) => void;

const told = new Map<Element, Told>();
let observer: IntersectionObserver | null = null;

/** Tell whether an element is in view, now and whenever that changes; one observer serves all of them. */
export function watchVisibility(element: Element, tell: Told): IDisposable {
  observer ??= new IntersectionObserver(entries => {
    for (const { target, isIntersecting } of entries) {
      told.get(target)?.(isIntersecting);
    }
  });
  told.set(element, tell);
  observer.observe(element);
  return new DisposableDelegate(() => {
    told.delete(element);
    observer?.unobserve(element);
  });
}
