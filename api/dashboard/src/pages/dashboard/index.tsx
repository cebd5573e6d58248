// The first screen: is it running, is it making money, what needs me?

import { useRange } from '../../lib/range';
import { formatDay } from '../../lib/days';
import { useAnalytics, type Summary } from '../../api/analytics';
import { Page } from '../../ui';
import { AdsCard, MoneyFlowCard, SalesCard, TopProductsCard } from './charts';
import { NeedsYou } from './needs';
import { FlowsRow, LastActs } from './running';
import { Setup } from './setup';
import { CurrencyChoice, notYet, Tiles } from './tiles';
import './dashboard.css';

export default function Dashboard() {
  const [range] = useRange();
  const summary = useAnalytics<Summary>('summary');
  return (
    <Page title="Dashboard" note={`${formatDay(range.from, { year: true })} to ${formatDay(range.to, { year: true })}`} actions={<CurrencyChoice summary={summary.data} />}>
      <Setup part="must" />
      <NeedsYou />
      <Tiles />
      {notYet(summary) ? null : (
        <div className="dash-charts">
          <SalesCard />
          <MoneyFlowCard />
          <TopProductsCard />
          <AdsCard />
        </div>
      )}
      <FlowsRow />
      <LastActs />
      <Setup part="rest" />
    </Page>
  );
}
