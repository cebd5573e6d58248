// What waits for a person, most important first.

import { useNeeds } from '../../shell/shell';
import { Icon, Link, Loaded, Skeleton, type IconName } from '../../ui';

const icons: [RegExp, IconName][] = [[/hold|order/, 'orders'], [/draft|product|listing/, 'products'], [/wallet|money/, 'warn'], [/job|dead/, 'jobs'], [/proposal|approval/, 'approvals'], [/flow/, 'automation'], [/message|service/, 'service'], [/ad/, 'ads']];
const iconOf = (kind: string): IconName => icons.find(([pattern]) => pattern.test(kind))?.[1] ?? 'warn';

export function NeedsYou() {
  const needs = useNeeds();
  return (
    <section className="needs" aria-label="Needs you">
      <Loaded of={needs} what="What needs you" waiting={<Skeleton lines={1} />}>
        {(data) => (data.items.length === 0 ? (
          <p className="needs-none"><Icon name="check" /> Nothing needs you.</p>
        ) : (
          <>
            <h2 className="needs-title">Needs you <span className="tab-count">{data.items.length}</span></h2>
            <ul className="needs-list">
              {data.items.map((item) => (
                <li key={`${item.kind} ${item.text}`}>
                  <Link href={item.href} className="needs-item"><Icon name={iconOf(item.kind)} size={16} /><span className="needs-text">{item.text}</span>{/\d/.test(item.text) || item.kind.startsWith('flow') ? null : <span className="needs-count">{item.count}</span>}<Icon name="right" size={14} /></Link>
                </li>
              ))}
            </ul>
          </>
        ))}
      </Loaded>
    </section>
  );
}
