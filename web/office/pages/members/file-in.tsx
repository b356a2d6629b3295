import { useState } from 'react';
import { DropZone, FileTrigger, isFileDropItem } from 'react-aria-components';
import { Button } from '../../ui/button';
import { TextBox } from '../../ui/fields';
import { Trouble } from '../../ui/trouble';
import { t } from '../../words';
import { textOf } from './csv';

interface FileInProps {
  readonly onText: (text: string) => void;
  readonly isUnreadable: boolean;
  readonly hasFile: boolean;
}

/** A file that is chosen or dropped, or a table that is pasted. */
export function FileIn({ onText, isUnreadable, hasFile }: FileInProps) {
  const [isPasting, setPasting] = useState(false);
  const [pasted, setPasted] = useState('');
  const read = async (file: File) => onText(textOf(await file.arrayBuffer()));
  return (
    <section className="card">
      {!hasFile && <p>{t('members.import_text')}</p>}
      <DropZone
        className="drop"
        onDrop={({ items }) => {
          const [file] = items.filter(isFileDropItem);
          if (file !== undefined) void file.getFile().then(read);
        }}
      >
        <div className="actions">
          <FileTrigger
            acceptedFileTypes={['.csv', '.txt', 'text/csv', 'text/plain']}
            onSelect={(files) => {
              const file = files?.item(0);
              if (file) void read(file);
            }}
          >
            <Button kind={hasFile ? 'plain' : 'primary'}>
              {t(hasFile ? 'members.import_another' : 'members.import_choose')}
            </Button>
          </FileTrigger>
          {!hasFile && <span className="note">{t('members.import_drop')}</span>}
          <Button kind="quiet" onPress={() => setPasting(!isPasting)}>
            {t('members.import_paste')}
          </Button>
        </div>
      </DropZone>
      {isPasting && (
        <TextBox
          label={t('members.import_pasted')}
          value={pasted}
          onChange={(text) => {
            setPasted(text);
            onText(text);
          }}
          isLong
        />
      )}
      <Trouble text={isUnreadable ? t('members.import_unreadable') : null} />
    </section>
  );
}
