import * as React from 'react';

/** Whether what follows is open. Rows are many: a drawing of its own costs less than an icon of JupyterLab's. */
export function Caret({ isOpen }: { readonly isOpen: boolean }): React.JSX.Element {
  return (
    <svg className={`cb-Caret${isOpen ? ' cb-mod-open' : ''}`} viewBox="0 0 16 16" aria-hidden>
      <path d="M6 4.5 10.5 8 6 11.5z" />
    </svg>
  );
}
