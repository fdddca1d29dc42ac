/**
 * The paths, relative to the server's root, that a notebook may have; the likeliest first.
 *
 * A run records where its notebook was as its kernel knew it: a path of the machine, or only a name.
 * `root` is the root as JupyterLab's page knows it, which may begin with "~" for the home folder.
 */
export function pathCandidates(notebook: string, root: string): string[] {
  const path = normalized(notebook);
  if (path === null || !path.endsWith('.ipynb')) {
    return [];
  }
  if (!path.startsWith('/')) {
    return [path];
  }
  if (!root.startsWith('~')) {
    const folder = (normalized(root) ?? root).replace(/\/$/, '');
    return path.startsWith(`${folder}/`) ? [path.slice(folder.length + 1)] : [];
  }
  // where the home folder is the page does not know: any folder that the rest fits below
  const below = root.slice(1).replace(/^\/|\/$/g, '');
  const parts = path.slice(1).split('/');
  return parts
    .map((_, at) => parts.slice(at).join('/'))
    .slice(1)
    .filter(rest => below === '' || rest.startsWith(`${below}/`))
    .map(rest => (below === '' ? rest : rest.slice(below.length + 1)));
}

/** Without "." and doubled slashes; null for what leads out of where it begins, or is no path. */
function normalized(path: string): string | null {
  if (path === '' || path.includes('\0')) {
    return null;
  }
  const parts = path.split('/').filter(part => part !== '' && part !== '.');
  if (parts.includes('..')) {
    return null;
  }
  return (path.startsWith('/') ? '/' : '') + parts.join('/');
}
