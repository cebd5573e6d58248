// Tables of a list: sorting, columns, selection, keyboard, pages; cards on small screens.

import { memo, useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent, type MouseEvent, type ReactNode, type RefObject } from 'react';
import { useClosing } from '../lib/closing';
import { useHotkeys } from '../lib/hotkeys';
import { keep, kept } from '../lib/store';
import { Button } from './button';
import { Icon } from './icon';
import type { List } from './list';
import type { RowId, Selection } from './selection';
import { Failed, Skeleton, Stale, useSlow } from './states';

export type Column<T> = {
  key: string;
  title: string;
  cell: (row: T) => ReactNode;
  /** Figures stand at the end of their column. */
  end?: boolean;
  /** Name by which the server sorts; "-name" is the other way round. */
  sort?: string;
  /** Not shown until it is chosen. */
  hidden?: boolean;
  /** Heads the card on small screens; always shown. */
  main?: boolean;
  /** Does not wrap. */
  tight?: boolean;
  /** Sentences: takes the room that others leave. */
  wide?: boolean;
};

type Props<T> = {
  /** For the column chooser's memory and the caption: "Orders". */
  name: string;
  columns: Column<T>[];
  list: List<T>;
  id: (row: T) => RowId;
  /** Open a row: click, Enter. */
  onOpen?: (row: T) => void;
  /** The row that is open in a side panel. */
  openId?: RowId | null;
  selection?: Selection;
  /** Buttons for what is selected. */
  bulk?: ReactNode;
  /** How many match in all, where the server says it. */
  total?: number | null;
  /** What can be done with the whole list, beside the choice of columns. */
  beside?: ReactNode;
  /** When there are no rows: <Empty .../>, by whether filters are set. */
  empty: ReactNode;
  /** A word for a row's look: "warn", "bad", "quiet". */
  tone?: (row: T) => string | undefined;
};

function useColumns<T>(name: string, columns: Column<T>[]): [Column<T>[], Set<string>, (key: string) => void] {
  const [hidden, setHidden] = useState<Set<string>>(() => {
    const text = kept(`columns.${name}`);
    return new Set(text === null ? columns.filter((c) => c.hidden).map((c) => c.key) : text.split(' '));
  });
  const toggle = (key: string) => {
    const after = new Set(hidden);
    if (!after.delete(key)) after.add(key);
    keep(`columns.${name}`, [...after].join(' '));
    setHidden(after);
  };
  const shown = useMemo(() => columns.filter((c) => c.main || !hidden.has(c.key)), [columns, hidden]);
  return [shown, hidden, toggle];
}

function Chooser<T>({ columns, hidden, toggle }: { columns: Column<T>[]; hidden: Set<string>; toggle: (key: string) => void }) {
  const { box, onKeyDown } = useClosing();
  return (
    <details className="chooser" ref={box} onKeyDown={onKeyDown}>
      <summary className="button button-quiet"><Icon name="columns" /><span>Columns</span></summary>
      <fieldset className="chooser-box">
        <legend className="sr">Columns</legend>
        {columns.filter((c) => !c.main).map((c) => (
          <label key={c.key} className="check"><input type="checkbox" checked={!hidden.has(c.key)} onChange={() => toggle(c.key)} /> {c.title}</label>
        ))}
      </fieldset>
    </details>
  );
}

function Head<T>({ column, sort, setSort }: { column: Column<T>; sort: string; setSort: (sort: string) => void }) {
  const name = column.sort;
  const bare = sort.replace(/^-/, '');
  const on = name !== undefined && name === bare;
  const falling = sort.startsWith('-');
  return (
    <th scope="col" className={column.end ? 'end' : undefined} aria-sort={on ? (falling ? 'descending' : 'ascending') : undefined}>
      {name === undefined ? column.title : (
        <button type="button" className="sort" onClick={() => setSort(on && falling ? name : `-${name}`)}>
          {column.title}
          <Icon name={on ? (falling ? 'down' : 'up') : 'sort'} size={14} />
        </button>
      )}
    </th>
  );
}

// j and k move the focus among the rows, x selects, Enter opens.
function useRowKeys<T>(body: RefObject<HTMLTableSectionElement | null>, props: Props<T>, rows: T[]): { keys: (event: KeyboardEvent, row: T) => void } {
  const move = useCallback((step: number) => {
    const all = [...(body.current?.querySelectorAll<HTMLElement>('tr[data-row]') ?? [])];
    const now = all.findIndex((row) => row.contains(document.activeElement));
    const to = all[Math.min(all.length - 1, Math.max(0, now < 0 ? (step > 0 ? 0 : all.length - 1) : now + step))];
    to?.focus();
    to?.scrollIntoView({ block: 'nearest' });
  }, [body]);
  const focused = () => {
    const key = document.activeElement?.closest('tr[data-row]')?.getAttribute('data-row');
    return rows.find((row) => String(props.id(row)) === key);
  };
  const { selection, onOpen, id } = props;
  const select = () => {
    const row = focused();
    if (row) selection?.toggle(id(row));
  };
  useHotkeys([
    { keys: 'j', help: 'Next row', run: () => move(1) },
    { keys: 'k', help: 'Row before', run: () => move(-1) },
    ...(selection ? [{ keys: 'x', help: 'Select the row', run: select }] : []),
  ]);
  return {
    keys: (event, row) => {
      if (event.target !== event.currentTarget) return;
      if (event.key === 'Enter' && onOpen) {
        event.preventDefault();
        onOpen(row);
      } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
        event.preventDefault();
        move(event.key === 'ArrowDown' ? 1 : -1);
      }
    },
  };
}

const onControl = (event: MouseEvent) => event.target instanceof Element && event.target.closest('a, button, input, select, summary, label') !== null;

type RowActs<T> = { keys: (event: KeyboardEvent, row: T) => void; open: (event: MouseEvent, row: T) => void; toggle: (key: RowId) => void };

/** The same functions for good, which do what the newest ones do. */
function useNewest<T>(acts: RowActs<T>): RowActs<T> {
  const newest = useRef(acts);
  newest.current = acts;
  return useMemo(() => ({
    keys: (event, row) => newest.current.keys(event, row),
    open: (event, row) => newest.current.open(event, row),
    toggle: (key) => newest.current.toggle(key),
  }), []);
}

type RowProps<T> = { row: T; name: RowId; columns: Column<T>[]; look: string; selected: boolean | undefined; here: boolean; acts: RowActs<T> };

function PlainRow<T>({ row, name, columns, look, selected, here, acts }: RowProps<T>) {
  return (
    <tr data-row={name} tabIndex={0} className={look} aria-selected={selected} aria-current={here ? 'true' : undefined} onKeyDown={(event) => acts.keys(event, row)} onClick={(event) => acts.open(event, row)}>
      {selected === undefined ? null : (
        <td className="pick"><label className="pick-area"><span className="sr">Select {String(name)}</span><input type="checkbox" checked={selected} onChange={() => acts.toggle(name)} /></label></td>
      )}
      {columns.map((c) => (
        <td key={c.key} className={`${c.end ? 'end' : ''}${c.main ? ' main' : ''}${c.tight ? ' tight' : ''}${c.wide ? ' wide' : ''}`} data-title={c.title}>{c.cell(row)}</td>
      ))}
    </tr>
  );
}

// Of a hundred live rows only those are drawn anew in which something has changed.
const Row = memo(PlainRow) as typeof PlainRow;

function Rows<T>({ rows, columns, body, props }: { rows: T[]; columns: Column<T>[]; body: RefObject<HTMLTableSectionElement | null>; props: Props<T> }) {
  const { selection, onOpen, openId, id, tone } = props;
  const { keys } = useRowKeys(body, props, rows);
  const open = (event: MouseEvent, row: T) => {
    if (onOpen && !onControl(event) && (window.getSelection()?.toString() ?? '') === '') onOpen(row);
  };
  const acts = useNewest<T>({ keys, open, toggle: (key) => selection?.toggle(key) });
  return (
    <tbody ref={body}>
      {rows.map((row) => {
        const key = id(row);
        return <Row key={key} row={row} name={key} columns={columns} look={`${onOpen ? 'opens' : ''} ${tone?.(row) ?? ''}`} selected={selection?.has(key)} here={openId === key} acts={acts} />;
      })}
    </tbody>
  );
}

function PickPage<T>({ rows, selection, id }: { rows: T[]; selection: Selection; id: (row: T) => RowId }) {
  const ids = rows.map(id);
  const some = ids.some((i) => selection.has(i));
  const every = ids.length > 0 && ids.every((i) => selection.has(i));
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (box.current) box.current.indeterminate = some && !every;
  }, [some, every]);
  return <th scope="col" className="pick"><label className="pick-area"><span className="sr">Select this page</span><input ref={box} type="checkbox" checked={every} onChange={() => selection.togglePage(ids)} /></label></th>;
}

function Selected<T>({ rows, props }: { rows: T[]; props: Props<T> }) {
  const { selection, bulk, total, list, id } = props;
  if (!selection || (selection.count === 0 && !selection.all)) return null;
  const page = rows.every((row) => selection.has(id(row)));
  const more = list.next !== null || list.previous !== null;
  const all = total === null || total === undefined ? 'all that match' : `all ${total > 10000 ? '10 000+' : total} matching`;
  return (
    <div className="selected" role="region" aria-label="Selection">
      <strong>{selection.all ? (total ? `All ${total} selected` : 'All that match are selected') : `${selection.count} selected`}</strong>
      {page && more && selection.selectAll && !selection.all ? <Button look="link" onClick={selection.selectAll}>Select {all}</Button> : null}
      <Button look="link" onClick={selection.clear}>Clear</Button>
      <span className="selected-acts">{bulk}</span>
    </div>
  );
}

function Pages<T>({ list }: { list: List<T> }) {
  return (
    <nav className="pages" aria-label="Pages">
      <Button icon="left" disabled={list.previous === null} onClick={() => list.previous?.()}>Previous</Button>
      <span className="quiet">Page {list.page}</span>
      <Button icon="right" disabled={list.next === null} onClick={() => list.next?.()}>Next</Button>
      <label className="row small quiet">
        Rows
        <select value={list.limit} onChange={(event) => list.setLimit(Number(event.target.value))}>
          {[25, 50, 100].map((n) => <option key={n} value={n}>{n}</option>)}
        </select>
      </label>
    </nav>
  );
}

export function Table<T>(props: Props<T>) {
  const { name, columns, list, selection, empty, id } = props;
  const [shown, hidden, toggle] = useColumns(name, columns);
  const body = useRef<HTMLTableSectionElement>(null);
  const slow = useSlow(list.resource.busy, 600);
  const { rows } = list;
  if (rows === undefined) {
    return list.resource.error ? <Failed error={list.resource.error} what={name} retry={() => void list.resource.refresh()} /> : <Skeleton lines={8} />;
  }
  return (
    <div className="table-box">
      <Stale resource={list.resource} />
      <div className="table-bar">
        <div role="status">{list.fresh > 0 ? <Button look="primary" icon="refresh" onClick={list.show}>{list.fresh} new, show</Button> : null}</div>
        <Selected rows={rows} props={props} />
        {props.beside ? <span className="table-beside">{props.beside}</span> : null}
        <Chooser columns={columns} hidden={hidden} toggle={toggle} />
      </div>
      {rows.length === 0 ? empty : (
        <div className={slow ? 'table-scroll refreshing' : 'table-scroll'}>
          <table className="table" aria-label={name} aria-busy={list.resource.busy}>
            <thead>
              <tr>
                {selection ? <PickPage rows={rows} selection={selection} id={id} /> : null}
                {shown.map((c) => <Head key={c.key} column={c} sort={list.sort} setSort={list.setSort} />)}
              </tr>
            </thead>
            <Rows rows={rows} columns={shown} body={body} props={props} />
          </table>
        </div>
      )}
      {rows.length > 0 || list.page > 1 ? <Pages list={list} /> : null}
    </div>
  );
}

type SimpleProps<T> = { label: string; columns: Column<T>[]; rows: T[]; id: (row: T) => RowId; empty?: ReactNode };

/** A small table of what is there already: no pages, no sorting. */
export function SimpleTable<T>({ label, columns, rows, id, empty }: SimpleProps<T>) {
  if (rows.length === 0) return <>{empty ?? <p className="quiet">Nothing here.</p>}</>;
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={label}>
      <table className="table table-simple" aria-label={label}>
        <thead><tr>{columns.map((c) => <th key={c.key} scope="col" className={c.end ? 'end' : undefined}>{c.title}</th>)}</tr></thead>
        <tbody>
          {rows.map((row) => (
            <tr key={id(row)}>
              {columns.map((c) => <td key={c.key} className={`${c.end ? 'end' : ''}${c.main ? ' main' : ''}${c.tight ? ' tight' : ''}${c.wide ? ' wide' : ''}`} data-title={c.title}>{c.cell(row)}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
