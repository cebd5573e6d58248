// The report of a queue storm for people.
export function printReport(report, say) {
  const { judged } = report;
  say(`seed ${report.seed}, ${Math.round(report.stormMs / 1000)} s of storm, drained in ${(report.drainedMs / 1000).toFixed(1)} s`);
  say('faults (hits of tries):');
  for (const [kind, { done, hits }] of Object.entries(report.faults)) say(`  ${String(hits).padStart(5)} of ${String(done).padEnd(5)} ${kind}`);
  for (const line of report.missed) say(`  ${line}`);
  say(`jobs: ${judged.attempted} attempted, ${judged.acked} acknowledged, ${judged.unknown} unknown, ${judged.refused} refused; ` +
    `${judged.finished} finished, ${judged.dead} dead; ${report.ledger.starts} runs`);
  if (judged.forgotten.length > 0) say(`forgotten by failovers ${judged.forgotten.length}: acknowledged within the replication lag, as promised no better`);
  say(`lost ${judged.lost.length}, stuck ${judged.stuck.length}, unexpected ${judged.unexpected.length + judged.refusedButRan.length}, early ${judged.early.length}, ` +
    `recovered ${judged.recovered} (unknown that finished), duplicated ${judged.duplicated.count}, unexplained ${judged.duplicated.unexplained.length}`);
  for (const [why, count] of Object.entries(judged.duplicated.explained)) say(`  ${String(count).padStart(5)} duplicates by ${why}`);
  const line = ({ count, p50, p99, max }) => `${count} jobs, p50 ${p50} ms, p99 ${p99} ms, max ${max} ms`;
  say(`run again after their worker was killed: ${line(judged.recovery.clean)}; with Redis disturbed, too: ${line(judged.recovery.disturbed)}`);
  say(`queue's own counts: ${report.books.done} done, ${report.books.fenced} fenced, ${report.books.recovered} recovered, ${report.books.condemned} condemned ` +
    `(${judged.innocentsCondemned} innocent); books agreed ${report.samples.taken} times, disagreed ${report.samples.wrong.length}`);
  say(`answers spoilt by the proxy: ${JSON.stringify(report.proxy)}; strange lines in the ledgers: ${report.ledger.garbage}`);
  const { before, after } = report;
  say(`one worker throughout: ${before.rssKib} -> ${after.rssKib} KiB, ${before.descriptors} -> ${after.descriptors} descriptors; ` +
    `Redis: ${before.keys} -> ${after.keys} keys, ${before.redisBytes} -> ${after.redisBytes} bytes of data`);
  for (const text of report.wrong) say(`WRONG ${text}`);
  say(report.wrong.length === 0 ? 'PASSED: lost 0, stuck 0, unexpected 0, unexplained 0' : `FAILED: ${report.wrong.length} wrong`);
}
