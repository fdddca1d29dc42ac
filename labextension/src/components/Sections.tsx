import * as React from 'react';

/** A part of a page that is shown alone. */
export interface ISection {
  readonly id: string;
  readonly label: string;
  /** Shown behind the label, such as a number. */
  readonly note?: string;
}

export interface SectionsProps {
  readonly sections: readonly ISection[];
  readonly shown: string;
  /** What the parts are of, for screen readers. */
  readonly label: string;
  readonly onShow: (id: string) => void;
  readonly children: React.ReactNode;
}

/** Tabs, and below them the part that is chosen. */
export function Sections(props: SectionsProps): React.JSX.Element {
  const { sections, shown, label, onShow, children } = props;
  const id = React.useId();
  const tabs = React.useRef<HTMLDivElement>(null);
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const at = sections.findIndex(section => section.id === shown);
    const to = placeAfterKey(event.key, at, sections.length);
    const next = to === null ? undefined : sections[to];
    if (next !== undefined) {
      event.preventDefault();
      onShow(next.id);
      tabs.current?.querySelectorAll<HTMLElement>('[role=tab]')[to ?? 0]?.focus();
    }
  };
  return (
    <div className="cb-Sections">
      <div
        ref={tabs}
        className="cb-Sections-tabs"
        role="tablist"
        aria-label={label}
        onKeyDown={onKeyDown}
      >
        {sections.map(section => (
          <button
            key={section.id}
            type="button"
            role="tab"
            id={`${id}-${section.id}`}
            className="cb-Sections-tab"
            aria-selected={section.id === shown}
            aria-controls={`${id}-panel`}
            tabIndex={section.id === shown ? 0 : -1}
            onClick={() => onShow(section.id)}
          >
            {section.label}
            {section.note !== undefined && <span className="cb-Sections-note">{section.note}</span>}
          </button>
        ))}
      </div>
      <div
        className={`cb-Sections-panel cb-mod-${shown}`}
        role="tabpanel"
        id={`${id}-panel`}
        aria-labelledby={`${id}-${shown}`}
      >
        {children}
      </div>
    </div>
  );
}

function placeAfterKey(key: string, at: number, length: number): number | null {
  switch (key) {
    case 'ArrowRight':
      return (at + 1) % length;
    case 'ArrowLeft':
      return (at + length - 1) % length;
    case 'Home':
      return 0;
    case 'End':
      return length - 1;
    default:
      return null;
  }
}
