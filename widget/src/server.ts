/**
 * Cancelling beside the kernel: while it is busy with a cell it hears nothing, but the Jupyter server does.
 *
 * Only JupyterLab and Notebook say in their page where the server is; elsewhere the kernel has to do.
 */

interface IPageConfig {
  readonly baseUrl?: string;
  readonly token?: string;
}

const RUN = /^[0-9a-z-]{1,40}$/;

/** Whether the server was asked and has taken it. */
export async function cancelOnServer(run: string): Promise<boolean> {
  const config = pageConfig();
  if (config === null || !RUN.test(run)) {
    return false;
  }
  const base = new URL(config.baseUrl ?? '/', location.href);
  if (base.origin !== location.origin) {
    return false;
  }
  try {
    const answer = await fetch(new URL(`cellburst/api/v1/runs/${run}/cancel`, base), {
      method: 'POST',
      body: '{}',
      credentials: 'same-origin',
      headers: headers(config)
    });
    return answer.ok;
  } catch {
    return false;
  }
}

function pageConfig(): IPageConfig | null {
  const text = document.getElementById('jupyter-config-data')?.textContent;
  try {
    const found: unknown = JSON.parse(text ?? '');
    return typeof found === 'object' ? found : null;
  } catch {
    return null;
  }
}

function headers(config: IPageConfig): Record<string, string> {
  const xsrf = /(?:^|;\s*)_xsrf=([^;]*)/.exec(document.cookie)?.[1];
  return {
    'Content-Type': 'application/json',
    ...(config.token ? { Authorization: `token ${config.token}` } : {}),
    ...(xsrf === undefined ? {} : { 'X-XSRFToken': xsrf })
  };
}
