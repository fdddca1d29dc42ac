import * as React from 'react';

import type { FileRow } from '../api/client';
import { bytes, count } from '../format';
import { useTranslator } from '../hooks/useTranslator';
import { Clipped } from './Clipped';
import { Key } from './Key';

export interface FileListProps {
  readonly files: readonly FileRow[];
  readonly onDownload: (path: string) => void;
}

const SHOWN = 200;

/** What a task left in its output folder. */
export function FileList({ files, onDownload }: FileListProps): React.JSX.Element {
  const trans = useTranslator();
  const [most, setMost] = React.useState(SHOWN);
  const size = files.reduce((sum, file) => sum + file.size, 0);
  const rest = files.length - most;
  return (
    <div className="cb-FileList">
      <p className="cb-FileList-sum">
        {trans._n('%2 file, %3', '%2 files, %3', files.length, count(files.length), bytes(size))}
      </p>
      <table className="cb-TaskPage-table cb-FileList-table">
        <thead>
          <tr>
            <th scope="col">{trans.__('File')}</th>
            <th scope="col" className="cb-FileList-size">
              {trans.__('Size')}
            </th>
            <th scope="col">
              <span className="cb-TaskTable-unseen">{trans.__('Download')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {files.slice(0, most).map(file => (
            <tr key={file.path}>
              <th scope="row">
                <Clipped text={file.path} most={200} />
              </th>
              <td className="cb-FileList-size">{bytes(file.size)}</td>
              <td>
                <Key
                  label={trans.__('Download %1', file.path)}
                  onClick={() => onDownload(file.path)}
                >
                  {trans.__('Download')}
                </Key>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {rest > 0 && (
        <Key onClick={() => setMost(most + 10 * SHOWN)}>
          {trans._n('Show %2 more file', 'Show %2 more files', rest, count(rest))}
        </Key>
      )}
    </div>
  );
}
