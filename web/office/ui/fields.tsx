import { ChevronDown } from 'lucide-react';
import { useId, useState } from 'react';
import type { ReactNode } from 'react';
import {
  Button,
  FieldError,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Select,
  SelectValue,
  Text,
  TextArea,
  TextField,
} from 'react-aria-components';
import { writeAmount } from '../../../words/figures';
import { parseAmount } from '../../shared/money';
import { language, t } from '../words';

interface FieldProps {
  readonly label: string;
  /** What it is for, under the field. */
  readonly description?: string;
  /** What is wrong with it. */
  readonly error?: string | null;
  readonly isRequired?: boolean;
  readonly name?: string;
}

interface TextProps extends FieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly type?: 'text' | 'email' | 'password' | 'search' | 'tel' | 'url' | 'date' | 'datetime-local';
  readonly autoComplete?: string;
  readonly inputMode?: 'numeric' | 'decimal' | 'text';
  readonly isLong?: boolean;
  readonly placeholder?: string;
  readonly autoFocus?: boolean;
  readonly isHidden?: boolean;
}

/** Something to type. */
export function TextBox({
  label,
  description,
  error = null,
  isLong = false,
  placeholder,
  type = 'text',
  isHidden = false,
  ...field
}: TextProps) {
  return (
    <TextField className="field" type={type} isInvalid={error !== null} validationBehavior="aria" {...field}>
      <Label className={isHidden ? 'hidden' : 'label'}>{label}</Label>
      {isLong ? <TextArea rows={3} /> : <Input {...(placeholder !== undefined && { placeholder })} />}
      {description !== undefined && (
        <Text slot="description" className="note">
          {description}
        </Text>
      )}
      <FieldError className="error">{error}</FieldError>
    </TextField>
  );
}

interface MoneyProps extends FieldProps {
  readonly currency: string;
  /** In minor units; null while what is typed is no sum. */
  readonly value: number | null;
  readonly onChange: (amount: number | null) => void;
  readonly autoFocus?: boolean;
}

/** A sum to type, as people write it in either language; it is kept in minor units and never as a float. */
export function MoneyBox({ label, description, error = null, currency, value, onChange, ...field }: MoneyProps) {
  const [text, setText] = useState(value === null ? '' : writeAmount({ amount: value, currency }, language()));
  const read = parseAmount(text, currency);
  const example = writeAmount({ amount: 1_250, currency }, language());
  const problem = text !== '' && typeof read !== 'number' ? t(`amount.${read}`, { currency, example }) : null;
  return (
    <TextBox
      label={`${label} (${currency})`}
      value={text}
      inputMode="decimal"
      onChange={(typed) => {
        setText(typed);
        const amount = parseAmount(typed, currency);
        onChange(typeof amount === 'number' ? amount : null);
      }}
      error={problem ?? error}
      {...(description !== undefined && { description })}
      {...field}
    />
  );
}

interface Option<Key extends string> {
  readonly key: Key;
  readonly text: string;
}

interface ChoiceProps<Key extends string> extends FieldProps {
  readonly options: readonly Option<Key>[];
  readonly value: Key | null;
  readonly onChange: (key: Key) => void;
  readonly isHidden?: boolean;
}

/** One of several, from a list that opens. */
export function Choice<Key extends string>({
  label,
  description,
  error = null,
  options,
  value,
  onChange,
  isHidden = false,
  ...field
}: ChoiceProps<Key>) {
  return (
    <Select
      className="field"
      isInvalid={error !== null}
      value={value}
      onChange={(key) => {
        const chosen = options.find((option) => option.key === key);
        if (chosen) onChange(chosen.key);
      }}
      placeholder={t('shell.choose')}
      {...field}
    >
      <Label className={isHidden ? 'hidden' : 'label'}>{label}</Label>
      <Button className="opener">
        <SelectValue />
        <ChevronDown size={16} aria-hidden />
      </Button>
      {description !== undefined && (
        <Text slot="description" className="note">
          {description}
        </Text>
      )}
      <FieldError className="error">{error}</FieldError>
      <Popover className="popover">
        <ListBox className="options">
          {options.map(({ key, text }) => (
            <ListBoxItem key={key} id={key} className="option" textValue={text}>
              {text}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </Select>
  );
}

/** One of a few, all of them seen. */
export function Radios<Key extends string>({ label, options, value, onChange }: ChoiceProps<Key>) {
  const name = useId();
  return (
    <fieldset className="radios">
      <legend className="label">{label}</legend>
      {options.map(({ key, text }) => (
        <label key={key} className="tick">
          <input type="radio" name={name} checked={key === value} onChange={() => onChange(key)} />
          {text}
        </label>
      ))}
    </fieldset>
  );
}

interface TickProps {
  readonly children: ReactNode;
  readonly isSelected: boolean;
  readonly onChange: (isSelected: boolean) => void;
  readonly isDisabled?: boolean;
}

/** Yes or no. */
export function Tick({ children, isSelected, onChange, isDisabled = false }: TickProps) {
  return (
    <label className="tick">
      <input type="checkbox" checked={isSelected} disabled={isDisabled} onChange={() => onChange(!isSelected)} />
      {children}
    </label>
  );
}
