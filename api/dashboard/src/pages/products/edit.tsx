// The texts of a listing, changed by a person: a new version, checked by the content rules before the shop gets it.

import { useState, type FormEvent } from 'react';
import { Button, confirm, Field, FormError, toast, useAction } from '../../ui';
import { refreshed } from './acts';
import type { ListingText, Product } from './types';

const lengths = { title: 255, description_html: 32768, seo_title: 255, meta_description: 1000 };

export function TextForm({ product, text, done, cancel }: { product: Product; text: ListingText; done: () => void; cancel: () => void }) {
  const [values, setValues] = useState({ title: text.title, description_html: text.description_html, seo_title: text.seo_title, meta_description: text.meta_description, tags: text.tags.join(', '), alt_texts: text.alt_texts.map((a) => a ?? '').join('\n') });
  const act = useAction(refreshed);
  const live = product.state === 'listed' || product.state === 'on_hold';
  const change = (name: keyof typeof values) => (event: { target: { value: string } }) => setValues({ ...values, [name]: event.target.value });
  const texts = () => {
    const tags = values.tags.split(',').map((t) => t.trim()).filter(Boolean);
    const alts = values.alt_texts.split('\n').map((t) => t.trim());
    const given = { ...values, tags, alt_texts: alts };
    const before: Record<string, unknown> = { ...text, alt_texts: text.alt_texts.map((a) => a ?? '') };
    return Object.fromEntries(Object.entries(given).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name]) && !(name === 'alt_texts' && alts.some((a) => a === ''))));
  };
  const send = async (event: FormEvent) => {
    event.preventDefault();
    const body = texts();
    if (Object.keys(body).length === 0) {
      cancel();
      return;
    }
    if (live && !(await confirm({ title: `Change ${product.name} at the shop?`, verb: 'Publish the texts', tier: 'costs', body: <p>{Object.keys(body).map((n) => n.replaceAll('_', ' ')).join(', ')} change at once, if the content rules let them.</p> }))) return;
    if (await act.run({ method: 'POST', path: `/api/v1/products/${product.id}/edit`, body: { texts: body } })) {
      toast(live ? 'The new texts are on their way to the shop.' : 'Kept as a new version.');
      done();
    }
  };
  return (
    <form className="stack" onSubmit={(event) => void send(event)}>
      <Field label="Title" error={act.error?.of('texts')}>{(wired) => <input {...wired} value={values.title} maxLength={lengths.title} required onChange={change('title')} />}</Field>
      <Field label="Description (HTML)">{(wired) => <textarea {...wired} rows={8} value={values.description_html} maxLength={lengths.description_html} required onChange={change('description_html')} />}</Field>
      <Field label="Search title">{(wired) => <input {...wired} value={values.seo_title} maxLength={lengths.seo_title} required onChange={change('seo_title')} />}</Field>
      <Field label="Search description">{(wired) => <textarea {...wired} rows={2} value={values.meta_description} maxLength={lengths.meta_description} required onChange={change('meta_description')} />}</Field>
      <Field label="Tags" hint="Between commas">{(wired) => <input {...wired} value={values.tags} onChange={change('tags')} />}</Field>
      {text.alt_texts.length > 0 ? <Field label="Alt texts" hint="One line for each image, in their order">{(wired) => <textarea {...wired} rows={Math.min(8, text.alt_texts.length + 1)} value={values.alt_texts} onChange={change('alt_texts')} />}</Field> : null}
      <FormError error={act.error} shown={['texts']} />
      <div className="row">
        <Button type="submit" look="primary" needs="operate" busy={act.busy}>{live ? 'Publish the texts…' : 'Keep'}</Button>
        <Button onClick={cancel}>Cancel</Button>
      </div>
    </form>
  );
}
